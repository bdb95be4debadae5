//! The same questions answered by a JavaScript engine, where there is one.

use std::io::Write;
use std::process::{Command, Stdio};

/// For each `[source, flags, text]`: `null` if the expression is invalid, else `[matched, source, flags]`.
const SCRIPT: &str = "
const questions = JSON.parse(require('fs').readFileSync(0, 'utf8'));
try { new RegExp('', 'v') } catch { process.exit(3) }
console.log(JSON.stringify(questions.map(([source, flags, text]) => {
    let expression;
    try { expression = new RegExp(source, flags); } catch { return null; }
    return [expression.test(text), expression.source, expression.flags];
})));";

pub(crate) type Question = (String, String, String);
pub(crate) type Answer = Option<(bool, String, String)>;

/// The answers in order; `None`, with a note printed, if there is no Node.js, or one before 20.
pub(crate) fn ask(questions: &[Question]) -> Option<Vec<Answer>> {
    let mut node = Command::new("node");
    let child = node.args(["-e", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        println!("not compared with JavaScript: there is no node to run");
        return None;
    };
    let input = serde_json::to_vec(questions).unwrap();
    child.stdin.take().unwrap().write_all(&input).unwrap();
    let output = child.wait_with_output().unwrap();
    if output.status.code() == Some(3) {
        println!("not compared with JavaScript: this node does not know flag v");
        return None;
    }
    assert!(output.status.success());
    Some(serde_json::from_slice(&output.stdout).unwrap())
}
