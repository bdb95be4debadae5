// A program of somebody who has installed the library.
#include <iostream>
#include <webchat.hpp>

int main() {
    webchat::Chat chat(R"({"dataURL": "http://127.0.0.1:1/chat"})");
    std::cout << "webchat " << webchat::version_text() << '\n';
}
