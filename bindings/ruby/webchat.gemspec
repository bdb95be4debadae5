Gem::Specification.new do |gem|
  gem.name = "libwebchat"
  gem.version = "0.1.0"
  gem.summary = "Genesys WebChatService for Ruby, by the C library libwebchat"
  gem.authors = ["The libwebchat authors"]
  gem.licenses = ["MIT", "Apache-2.0"]
  gem.required_ruby_version = ">= 3.0"
  gem.files = Dir["lib/**/*", "README.md"]
  gem.add_dependency "ffi", "~> 1.15"
end
