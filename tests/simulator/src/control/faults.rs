//! Faults in store.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::json::{Body, Refused};
use crate::error::Error;
use crate::faults::{FaultSpec, RateSpec};
use crate::simulator::Simulator;

/// The faults queued, and those at a rate.
pub(super) fn in_store(simulator: &Simulator) -> Value {
    let queued: Vec<FaultSpec> = simulator.faults().pending().iter().map(FaultSpec::from).collect();
    let rates = simulator.faults().rates();
    let rates: Vec<RateSpec> =
        rates.iter().map(|(rate, fault)| RateSpec { rate: *rate, fault: fault.into() }).collect();
    json!({ "queued": queued, "rates": rates })
}

pub(super) async fn list(State(simulator): State<Simulator>) -> Json<Value> {
    Json(in_store(&simulator))
}

#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct OneOrMany(Value);

/// All of a list are queued, or none.
pub(super) async fn push(
    State(simulator): State<Simulator>,
    Body(OneOrMany(body)): Body<OneOrMany>,
) -> Result<Json<Value>, Refused> {
    let specs = match body {
        Value::Array(specs) => specs,
        one => vec![one],
    };
    let wrong = |error: serde_json::Error| Refused::from(Error::Fault(error.to_string()));
    let faults = specs.into_iter().map(|spec| {
        let spec: FaultSpec = serde_json::from_value(spec).map_err(wrong)?;
        spec.fault().map_err(Refused::from)
    });
    let faults = faults.collect::<Result<Vec<_>, _>>()?;
    for fault in &faults {
        simulator.check_fault(fault)?;
    }
    for fault in faults {
        simulator.faults().push(fault);
    }
    Ok(list(State(simulator)).await)
}

pub(super) async fn clear(State(simulator): State<Simulator>) -> Json<Value> {
    simulator.faults().clear();
    list(State(simulator)).await
}

pub(super) async fn set_rates(
    State(simulator): State<Simulator>,
    Body(specs): Body<Vec<RateSpec>>,
) -> Result<Json<Value>, Refused> {
    let rates = specs.iter().map(|spec| {
        let fault = spec.fault.fault()?;
        simulator.check_fault(&fault)?;
        Ok((spec.rate, fault))
    });
    simulator.faults().set_rates(rates.collect::<Result<Vec<_>, Error>>()?);
    Ok(list(State(simulator)).await)
}

pub(super) async fn clear_rates(State(simulator): State<Simulator>) -> Json<Value> {
    simulator.faults().set_rates([]);
    list(State(simulator)).await
}
