//! Faults as JSON (control API) and as `key=value` lists (command line).

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::{Fault, FaultKind, RetryAfter};
use crate::api;
use crate::bayeux::Reconnect;
use crate::error::Error;
use crate::operation::Operation;
use crate::refusal::ApiError;

/// A fault in words. Members a kind does not use must be left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct FaultSpec {
    pub(crate) kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nth: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<RetryAfter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Code>,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_ended: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cookie: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reconnect: Option<Reconnect>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval_ms: Option<Number>,
}

/// A code: a number, or a word where the API has such.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Code {
    Number(u32),
    Word(String),
}

impl Code {
    fn number(&self) -> Result<u32, Error> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Word(word) => {
                Err(Error::Fault(format!("code {word:?} is not a number; the kind errorCode takes words")))
            }
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Word(word) => word.clone(),
        }
    }
}

/// A fault in words and its probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "serde_json::Map<String, serde_json::Value>")]
pub(crate) struct RateSpec {
    pub(crate) rate: f64,
    #[serde(flatten)]
    pub(crate) fault: FaultSpec,
}

impl TryFrom<serde_json::Map<String, serde_json::Value>> for RateSpec {
    type Error = String;

    fn try_from(mut members: serde_json::Map<String, serde_json::Value>) -> Result<Self, String> {
        let rate = members.remove("rate").ok_or("rate is missing")?;
        let rate = rate.as_f64().filter(|rate| (0.0..=1.0).contains(rate));
        let rate = rate.ok_or("rate is not a number from 0 to 1")?;
        let fault = serde_json::from_value(serde_json::Value::Object(members));
        Ok(Self { rate, fault: fault.map_err(|error| error.to_string())? })
    }
}

fn kinds() -> String {
    FaultKind::NAMES.join(", ")
}

/// Members that belong to some kinds only.
type Own = [(&'static str, bool); 12];

impl FaultSpec {
    fn own_members(&self) -> Own {
        [
            ("ms", self.ms.is_some()),
            ("status", self.status.is_some()),
            ("retryAfter", self.retry_after.is_some()),
            ("code", self.code.is_some()),
            ("advice", self.advice.is_some()),
            ("chatEnded", self.chat_ended.is_some()),
            ("bytes", self.bytes.is_some()),
            ("url", self.url.is_some()),
            ("cookie", self.cookie.is_some()),
            ("body", self.body.is_some()),
            ("reconnect", self.reconnect.is_some()),
            ("intervalMs", self.interval_ms.is_some()),
        ]
    }

    /// The fault these words describe.
    pub(crate) fn fault(&self) -> Result<Fault, Error> {
        let used = self.used_members()?;
        let odd = |(name, given): &(&str, bool)| *given && !used.contains(name);
        if let Some((name, _)) = self.own_members().into_iter().find(odd) {
            return Err(Error::Fault(format!("{} has no member {name}", self.kind)));
        }
        let mut fault = Fault::new(self.kind()?);
        fault.effect = self.effect.unwrap_or(fault.effect);
        let operation = self.operation.as_deref().map(str::parse::<Operation>).transpose();
        fault.operation = operation.map_err(Error::Fault)?;
        fault.chat.clone_from(&self.chat);
        let count = |name: &str, value: Option<u32>| match value {
            Some(0) => Err(Error::Fault(format!("{name} counts from 1"))),
            value => Ok(value.unwrap_or(1)),
        };
        fault.nth = count("nth", self.nth)?;
        fault.times = count("times", self.times)?;
        Ok(fault)
    }

    fn used_members(&self) -> Result<&'static [&'static str], Error> {
        Ok(match self.kind.as_str() {
            "latency" | "slowReply" => &["ms"],
            "status" => &["status", "retryAfter", "code", "advice"],
            "errorCode" => &["code", "status", "retryAfter"],
            "statusCode2" => &["chatEnded", "code", "advice"],
            "setCookie" => &["cookie"],
            "wrongBody" => &["body"],
            "hugeBody" => &["bytes"],
            "redirect" => &["status", "url"],
            "refuse" => &["code", "reconnect", "intervalMs"],
            "advice" => &["reconnect", "intervalMs"],
            "drop" | "truncatedBody" | "nonJson" | "statusCode1" | "duplicateMessages"
            | "reorderedMessages" | "newAlias" | "newSecureKey" | "hang" => &[],
            "" => return Err(Error::Fault(format!("kind is missing; the kinds are {}", kinds()))),
            other => {
                return Err(Error::Fault(format!("there is no kind {other:?}; the kinds are {}", kinds())));
            }
        })
    }

    fn missing(&self, name: &str) -> Error {
        Error::Fault(format!("{} needs {name}", self.kind))
    }

    /// A refusal of Bayeux.
    fn refusal(&self) -> Result<FaultKind, Error> {
        let code = self.code.as_ref().ok_or_else(|| self.missing("code"))?.number()?;
        let code = u16::try_from(code).ok().filter(|code| (100..1000).contains(code));
        let code = code.ok_or_else(|| Error::Fault("code has three digits".to_owned()))?;
        let interval = self.interval_ms.as_ref().map(interval).transpose()?;
        Ok(FaultKind::Refuse { code, reconnect: self.reconnect, interval })
    }

    fn kind(&self) -> Result<FaultKind, Error> {
        let time = || self.ms.map(Duration::from_millis).ok_or_else(|| self.missing("ms"));
        let text = |name: &str, value: &Option<String>| value.clone().ok_or_else(|| self.missing(name));
        let error = || match &self.code {
            Some(code) => {
                Ok(Some(ApiError { code: code.number()?, advice: self.advice.clone(), text: None }))
            }
            None => Ok(None),
        };
        let status = |usual: u16| between(self.status.unwrap_or(usual), 200..=599);
        Ok(match self.kind.as_str() {
            "latency" => FaultKind::Latency(time()?),
            "slowReply" => FaultKind::SlowReply(time()?),
            "drop" => FaultKind::Drop,
            "truncatedBody" => FaultKind::TruncatedBody,
            "status" => FaultKind::Status {
                status: status(self.status.ok_or_else(|| self.missing("status"))?)?,
                retry_after: self.retry_after.clone(),
                errors: error()?.into_iter().collect(),
            },
            "errorCode" => {
                let code = self.code.as_ref().ok_or_else(|| self.missing("code"))?.text();
                let status = status(api::usual_status(&code))?;
                FaultKind::ErrorCode { code, status, retry_after: self.retry_after.clone() }
            }
            "nonJson" => FaultKind::NonJson,
            "statusCode1" => FaultKind::StatusCode1,
            "statusCode2" => FaultKind::StatusCode2 {
                chat_ended: self.chat_ended.unwrap_or(true),
                errors: vec![error()?.unwrap_or_else(|| ApiError::new(500, "unexpected error"))],
            },
            "duplicateMessages" => FaultKind::DuplicateMessages,
            "reorderedMessages" => FaultKind::ReorderedMessages,
            "newAlias" => FaultKind::NewAlias,
            "newSecureKey" => FaultKind::NewSecureKey,
            "setCookie" => FaultKind::SetCookie(text("cookie", &self.cookie)?),
            "wrongBody" => FaultKind::WrongBody(text("body", &self.body)?),
            "hugeBody" => FaultKind::HugeBody(self.bytes.ok_or_else(|| self.missing("bytes"))?),
            "hang" => FaultKind::Hang,
            "refuse" => self.refusal()?,
            "advice" => FaultKind::Advice {
                reconnect: self.reconnect.ok_or_else(|| self.missing("reconnect"))?,
                interval: self.interval_ms.as_ref().map_or(Ok(Duration::ZERO), interval)?,
            },
            _ => FaultKind::Redirect {
                status: between(self.status.unwrap_or(307), 300..=399)?,
                url: text("url", &self.url)?,
            },
        })
    }
}

/// An interval of advice; the longest there is for what no clock can hold.
fn interval(ms: &Number) -> Result<Duration, Error> {
    if let Some(ms) = ms.as_u64() {
        return Ok(Duration::from_millis(ms));
    }
    let ms = ms.as_f64().filter(|ms| *ms >= 0.0);
    let ms = ms.ok_or_else(|| Error::Fault("intervalMs is negative".to_owned()))?;
    Ok(Duration::try_from_secs_f64(ms / 1000.0).unwrap_or(Duration::MAX))
}

fn milliseconds(interval: Duration) -> Option<Number> {
    Reconnect::milliseconds(interval).as_number().cloned()
}

fn between(status: u16, allowed: std::ops::RangeInclusive<u16>) -> Result<u16, Error> {
    if allowed.contains(&status) {
        return Ok(status);
    }
    let (least, most) = (allowed.start(), allowed.end());
    Err(Error::Fault(format!("status {status} is not between {least} and {most}")))
}

impl From<&Fault> for FaultSpec {
    fn from(fault: &Fault) -> Self {
        let mut spec = Self {
            kind: fault.kind.name().to_owned(),
            operation: fault.operation.map(|operation| operation.name().to_owned()),
            chat: fault.chat.clone(),
            nth: Some(fault.nth),
            times: Some(fault.times),
            effect: Some(fault.effect),
            ..Self::default()
        };
        let errors = match &fault.kind {
            FaultKind::Status { errors, .. } | FaultKind::StatusCode2 { errors, .. } => errors.first(),
            _ => None,
        };
        spec.code = errors.map(|error| Code::Number(error.code));
        spec.advice = errors.and_then(|error| error.advice.clone());
        match &fault.kind {
            FaultKind::Latency(time) | FaultKind::SlowReply(time) => {
                spec.ms = u64::try_from(time.as_millis()).ok();
            }
            FaultKind::Status { status, retry_after, .. } => {
                (spec.status, spec.retry_after) = (Some(*status), retry_after.clone());
            }
            FaultKind::ErrorCode { code, status, retry_after } => {
                spec.code = Some(code.parse().map_or_else(|_| Code::Word(code.clone()), Code::Number));
                (spec.status, spec.retry_after) = (Some(*status), retry_after.clone());
            }
            FaultKind::StatusCode2 { chat_ended, .. } => spec.chat_ended = Some(*chat_ended),
            FaultKind::Refuse { code, reconnect, interval } => {
                spec.code = Some(Code::Number(u32::from(*code)));
                spec.reconnect = *reconnect;
                spec.interval_ms = interval.and_then(milliseconds);
            }
            FaultKind::Advice { reconnect, interval } => {
                spec.reconnect = Some(*reconnect);
                spec.interval_ms = milliseconds(*interval);
            }
            FaultKind::SetCookie(cookie) => spec.cookie = Some(cookie.clone()),
            FaultKind::WrongBody(body) => spec.body = Some(body.clone()),
            FaultKind::HugeBody(bytes) => spec.bytes = Some(*bytes),
            FaultKind::Redirect { status, url } => {
                (spec.status, spec.url) = (Some(*status), Some(url.clone()));
            }
            _ => {}
        }
        spec
    }
}

/// `KIND,key=value,...`, e.g. `latency,ms=200,operation=send,nth=2`.
impl std::str::FromStr for FaultSpec {
    type Err = Error;

    fn from_str(words: &str) -> Result<Self, Error> {
        serde_json::from_value(words_to_json(words)?).map_err(|error| Error::Fault(error.to_string()))
    }
}

/// As a fault, with `rate=0.1` among the members.
impl std::str::FromStr for RateSpec {
    type Err = Error;

    fn from_str(words: &str) -> Result<Self, Error> {
        serde_json::from_value(words_to_json(words)?).map_err(|error| Error::Fault(error.to_string()))
    }
}

fn words_to_json(words: &str) -> Result<serde_json::Value, Error> {
    let mut members = serde_json::Map::new();
    for (at, word) in words.split(',').map(str::trim).enumerate() {
        let (name, text) = match word.split_once('=') {
            Some((name, text)) => (name.trim(), text.trim()),
            None if at == 0 => ("kind", word),
            None => return Err(Error::Fault(format!("{word:?} is not of the form name=value"))),
        };
        let textual = ["kind", "operation", "chat", "advice", "url", "cookie", "body"].contains(&name);
        let value = match serde_json::from_str(text) {
            Ok(value @ (serde_json::Value::Number(_) | serde_json::Value::Bool(_))) if !textual => value,
            _ => serde_json::Value::String(text.to_owned()),
        };
        if members.insert(name.to_owned(), value).is_some() {
            return Err(Error::Fault(format!("{name} is given twice")));
        }
    }
    Ok(serde_json::Value::Object(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(words: &str) -> Result<Fault, String> {
        let spec: FaultSpec = words.parse().map_err(|error: Error| error.to_string())?;
        spec.fault().map_err(|error| error.to_string())
    }

    #[test]
    fn words_and_faults_agree() {
        for (words, wanted) in [
            ("drop", Fault::drop_before()),
            ("drop,effect=true", Fault::drop_after()),
            ("latency,ms=200,operation=send,nth=2", {
                Fault::latency(Duration::from_millis(200)).on(Operation::Send).nth(2)
            }),
            ("status,status=429,retryAfter=3", Fault::too_many_requests(3)),
            ("statusCode1,times=6", Fault::status_code_1(6)),
            ("statusCode2", Fault::status_code_2()),
            (
                "redirect,url=http://127.0.0.1:1/x,chat=17",
                Fault::redirect("http://127.0.0.1:1/x").in_chat("17"),
            ),
            ("errorCode,code=INVALID_SESSION", Fault::error_code("INVALID_SESSION")),
            ("errorCode,code=1,status=503", {
                let (code, status) = ("1".to_owned(), 503);
                Fault::new(FaultKind::ErrorCode { code, status, retry_after: None })
            }),
            ("hugeBody,bytes=10", Fault::huge_body(10)),
            ("hang,operation=connect", Fault::hang().on(Operation::Connect)),
            ("refuse,code=402,operation=connect", Fault::refuse(402).on(Operation::Connect)),
            ("refuse,code=403,reconnect=none,intervalMs=5", {
                let (reconnect, interval) = (Some(Reconnect::None), Some(Duration::from_millis(5)));
                Fault::new(FaultKind::Refuse { code: 403, reconnect, interval })
            }),
            ("advice,reconnect=handshake,intervalMs=0", Fault::advice(Reconnect::Handshake, Duration::ZERO)),
            ("advice,reconnect=retry,intervalMs=1e300", Fault::advice(Reconnect::Retry, Duration::MAX)),
            ("status,status=429,retryAfter=-60", {
                let retry_after = Some(RetryAfter::Ago(60));
                Fault::new(FaultKind::Status { status: 429, retry_after, errors: Vec::new() })
            }),
            ("status,status=503,retryAfter=soon", {
                let retry_after = Some(RetryAfter::Text("soon".to_owned()));
                Fault::new(FaultKind::Status { status: 503, retry_after, errors: Vec::new() })
            }),
            ("setCookie,cookie=ROUTE=1; Path=/", Fault::set_cookie("ROUTE=1; Path=/")),
        ] {
            let parsed = fault(words).expect(words);
            assert_eq!(parsed.nth, wanted.nth);
            let errors_aside = |fault: &Fault| FaultSpec::from(fault);
            assert_eq!(errors_aside(&parsed), errors_aside(&wanted), "{words}");
            assert_eq!(FaultSpec::from(&wanted).fault().expect(words).kind.name(), wanted.kind.name());
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (words, part) in [
            ("dorp", "there is no kind \"dorp\""),
            ("", "kind is missing"),
            ("latency", "latency needs ms"),
            ("errorCode", "errorCode needs code"),
            ("refuse", "refuse needs code"),
            ("refuse,code=4020", "three digits"),
            ("advice", "advice needs reconnect"),
            ("advice,reconnect=later", "later"),
            ("advice,reconnect=retry,intervalMs=-1", "negative"),
            ("status,status=400,code=INVALID_SESSION", "the kind errorCode"),
            ("drop,ms=5", "drop has no member ms"),
            ("drop,operation=sned", "\"sned\" is no operation"),
            ("drop,nth=0", "nth counts from 1"),
            ("drop,sideways=1", "sideways"),
            ("status,status=99", "status 99 is not between"),
            ("latency,ms=soon", "soon"),
            ("drop,drop", "not of the form"),
        ] {
            let error = fault(words).expect_err(words);
            assert!(error.contains(part), "{words}: {error}");
        }
    }

    #[test]
    fn rates_in_words() {
        let spec: RateSpec = "drop,rate=0.25,operation=send".parse().unwrap();
        assert!((spec.rate - 0.25).abs() < f64::EPSILON);
        assert_eq!(spec.fault.fault().unwrap(), Fault::drop_before().on(Operation::Send));
        for (words, part) in
            [("drop", "rate is missing"), ("drop,rate=2", "0 to 1"), ("drop,rate=1,x=1", "x")]
        {
            let error = words.parse::<RateSpec>().expect_err(words).to_string();
            assert!(error.contains(part), "{words}: {error}");
        }
    }
}
