//! Python values from JSON.

use pyo3::{
    IntoPyObjectExt,
    prelude::*,
    types::{PyDict, PyList},
};
use serde_json::Value;
use webchat_core::model::JsonObject;

/// The Python value of `value`: `None`, `bool`, `int`, `float`, `str`, `list` or `dict`.
pub(crate) fn value<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    match value {
        Value::Null => Ok(py.None().into_bound(py)),
        Value::Bool(value) => value.into_bound_py_any(py),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => number.into_bound_py_any(py),
            (None, Some(number)) => number.into_bound_py_any(py),
            (None, None) => number.as_f64().into_bound_py_any(py),
        },
        Value::String(text) => text.into_bound_py_any(py),
        Value::Array(items) => {
            let list = PyList::empty(py);
            items.iter().try_for_each(|item| list.append(self::value(py, item)?))?;
            Ok(list.into_any())
        }
        Value::Object(members) => Ok(object(py, members)?.into_any()),
    }
}

/// The `dict` of an object.
pub(crate) fn object<'py>(py: Python<'py>, members: &JsonObject) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    members.iter().try_for_each(|(key, member)| dict.set_item(key, value(py, member)?))?;
    Ok(dict)
}
