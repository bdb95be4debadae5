use super::*;
use serde_json::json;

#[test]
fn commands_are_called_as_they_are_read() {
    let options = json!({"dataURL": "http://127.0.0.1/", "filters": ["/a/"], "files": ["a"], "fileId": "1", "url": "u", "nickname": "n"});
    let read: Vec<_> = Command::NAMES
        .iter()
        .filter_map(|name| Some((*name, Command::from_json(name, &options).ok()?)))
        .collect();
    for (name, command) in &read {
        assert_eq!(command.name(), *name);
    }
    assert_eq!(read.len(), Command::NAMES.len() - 2, "but for the two whose option is a function: {read:?}");
}

#[test]
fn the_two_names_of_a_command_are_one() {
    for entry in Command::ALL {
        let camel =
            entry.snake.split('_').enumerate().map(|(at, word)| match (at, word.split_at_checked(1)) {
                (1.., Some((first, rest))) => first.to_uppercase() + rest,
                _ => word.to_owned(),
            });
        assert_eq!(camel.collect::<String>(), entry.name);
    }
}

#[test]
fn every_entry_has_words() {
    for entry in Command::ALL {
        assert!(entry.words.trim().ends_with('.'), "{}", entry.name);
        for option in entry.options {
            assert!(option.words.trim().ends_with('.'), "{} {}", entry.name, option.name);
        }
    }
}

#[test]
fn what_a_command_does_not_have_is_named() {
    let of = |command: &str, options: Value| -> Vec<String> {
        let entry = Command::ALL.iter().find(|entry| entry.name == command).unwrap();
        let names = options.as_object().into_iter().flat_map(JsonObject::keys).map(String::as_str);
        entry.unknown(names).map(str::to_owned).collect()
    };
    assert_eq!(of("sendMessage", json!({"message": "hi", "tpye": "z"})), ["tpye"]);
    assert_eq!(of("poll", json!({"commander": "WebChatService", "at": 1})), ["at"]);
    assert_eq!(of("getStats", json!(null)), [""; 0]);
    assert_eq!(of("downloadFile", json!({"field": "1", "progress": "?"})), ["progress"], "no function");
    for data in ["configure", "startChat", "updateUserData"] {
        assert_eq!(of(data, json!({"anything": 1})), [""; 0], "{data}");
    }
}
