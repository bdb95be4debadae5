#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| webchat_fuzz::run("nexus_answer", data));
