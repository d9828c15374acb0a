//! cel: values that borrow from the request, results that are not copied.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, LIST_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{Context, Env, ExecutionError, Program, Value, extensions};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::cases::{Case, Input};
use crate::lanes::{Contender, words};

pub(super) struct Cel {
    env: Arc<Env>,
    program: Program,
}

impl Cel {
    fn evaluate(&self, context: &Context<'_, '_>) -> Result<bool, String> {
        let result = Value::resolve_val(self.program.expression(), context).map_err(words)?;
        let boolean = result.downcast_ref::<CelBool>().map(|boolean| *boolean.inner());
        boolean.ok_or_else(|| "not a boolean".to_owned())
    }

    fn context<'v>(&self, json: &'v str) -> Result<Context<'v, 'v>, String> {
        let mut context = Context::with_env(Arc::clone(&self.env));
        let mut deserializer = serde_json::Deserializer::from_str(json);
        deserializer.deserialize_map(Variables(&mut context)).map_err(words)?;
        Ok(context)
    }
}

impl Contender for Cel {
    type Data = Context<'static, 'static>;

    fn prepare(case: &Case) -> Result<Self, String> {
        let mut env = Env::stdlib();
        env.add_extension(extensions::strings).map_err(words)?;
        env.add_overload("sum", "sum(list)", vec![LIST_TYPE], sum)
            .map_err(words)?;
        let program = env.compile(&case.cel).map_err(words)?;
        Ok(Self {
            env: Arc::new(env),
            program,
        })
    }

    fn read(&mut self, input: &Input) -> Result<Context<'static, 'static>, String> {
        let text = String::from_utf8(input.flat.clone()).map_err(words)?;
        self.context(text.leak())
    }

    fn decide(&mut self, data: &mut Context<'static, 'static>) -> Result<bool, String> {
        self.evaluate(data)
    }

    fn decide_bytes(&mut self, input: &Input) -> Result<bool, String> {
        let text = std::str::from_utf8(&input.flat).map_err(words)?;
        let context = self.context(text)?;
        self.evaluate(&context)
    }
}

/// The sum of a list of doubles.
fn sum<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let list = arguments.first().and_then(|list| list.downcast_ref::<CelList>());
    let elements = list.map(CelList::inner).unwrap_or_default();
    let doubles = elements
        .iter()
        .filter_map(|element| element.downcast_ref::<CelDouble>());
    Ok(CowVal::owned(CelDouble::from(
        doubles.map(|double| *double.inner()).sum::<f64>(),
    )))
}

/// Binds each field of an object.
struct Variables<'c, 'v>(&'c mut Context<'v, 'v>);

impl<'v> Visitor<'v> for Variables<'_, 'v> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'v>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Cow<'v, str>>()? {
            let value = map.next_value_seed(Values)?;
            self.0.add_variable_as_val(name.into_owned(), value);
        }
        Ok(())
    }
}

/// Builds a value that borrows its strings.
#[derive(Clone, Copy)]
struct Values;

impl<'v> DeserializeSeed<'v> for Values {
    type Value = Box<dyn Val + 'v>;

    fn deserialize<D: Deserializer<'v>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'v> Visitor<'v> for Values {
    type Value = Box<dyn Val + 'v>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Box::new(CelBool::from(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Box::new(CelInt::from(value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        i64::try_from(value)
            .map_err(E::custom)
            .and_then(|value| self.visit_i64(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Box::new(CelDouble::from(value)))
    }

    fn visit_borrowed_str<E>(self, value: &'v str) -> Result<Self::Value, E> {
        Ok(Box::new(CelString::from(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Box::new(CelString::from(value.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Box::new(CelNull))
    }

    fn visit_seq<A: SeqAccess<'v>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element_seed(self)? {
            elements.push(element);
        }
        Ok(Box::new(CelList::from(elements)))
    }

    fn visit_map<A: MapAccess<'v>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries: HashMap<CelMapKey<'v>, Box<dyn Val + 'v>> = HashMap::new();
        while let Some(name) = map.next_key::<Cow<'v, str>>()? {
            let name = match name {
                Cow::Borrowed(name) => CelString::from(name),
                Cow::Owned(name) => CelString::from(name),
            };
            entries.insert(CelMapKey::String(name), map.next_value_seed(self)?);
        }
        Ok(Box::new(CelMap::from(entries)))
    }
}
