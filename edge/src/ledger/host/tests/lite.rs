//! SQLite in memory as an object's storage, with a [`How`] between the two if one is switched on.

use std::cell::RefCell;

use rusqlite::types::{Value as LiteValue, ValueRef};
use rusqlite::{Connection, params_from_iter};
use serde_json::{Value, json};

use super::super::super::store::Bindings;
use super::super::{Fallible, Sql};
use super::mistakes::{self, How};

type Rows = Vec<Vec<Value>>;

/// An object's storage.
pub(super) struct Lite {
    connection: Connection,
    /// What [`How::WriteLate`] has not written yet.
    late: RefCell<Option<(String, Vec<Value>)>>,
    /// The last event that [`How::SendByLastId`] has read.
    last: RefCell<String>,
}

impl Lite {
    pub(super) fn new() -> Self {
        Self {
            connection: Connection::open_in_memory().unwrap(),
            late: RefCell::default(),
            last: RefCell::default(),
        }
    }

    fn rightly(&self, statement: &str, bindings: &[Value]) -> Fallible<Rows> {
        let run = || {
            if bindings.is_empty() && statement.contains(';') {
                self.connection.execute_batch(statement)?;
                return Ok(vec![]);
            }
            let mut prepared = self.connection.prepare(statement)?;
            let columns = prepared.column_count();
            let mut rows = prepared.query(params_from_iter(bindings.iter().map(to_lite)))?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let values = (0..columns).map(|column| Ok(from_lite(row.get_ref(column)?)));
                found.push(values.collect::<rusqlite::Result<_>>()?);
            }
            Ok::<_, rusqlite::Error>(found)
        };
        run().map_err(|error| error.to_string())
    }

    /// A command reads, and what the one before has decided is written only then.
    fn exec_late(&self, statement: &str, bindings: Vec<Value>) -> Fallible<Rows> {
        if mistakes::is_write_of_command(statement) {
            let late = self.late.replace(Some((statement.to_owned(), bindings)));
            return self.write(late);
        }
        if !mistakes::is_read_of_command(statement) {
            self.write(self.late.take())?;
        }
        let rows = self.rightly(statement, &bindings)?;
        self.write(self.late.take())?;
        Ok(rows)
    }

    fn write(&self, late: Option<(String, Vec<Value>)>) -> Fallible<Rows> {
        late.map_or(Ok(vec![]), |(statement, bindings)| self.rightly(&statement, &bindings))
    }

    /// What is read from the outbox begins behind the last event that ever was.
    fn exec_by_last_id(&self, statement: &str, mut bindings: Vec<Value>) -> Fallible<Rows> {
        if !mistakes::is_read_of_outbox(statement) {
            return self.rightly(statement, &bindings);
        }
        let mut last = self.last.borrow_mut();
        let mut range = array(&bindings);
        if let Some(after) = range.first_mut() {
            *after = last.as_str().into();
        }
        if let Some(bound) = bindings.first_mut() {
            *bound = Value::from(range).to_string().into();
        }
        let rows = self.rightly(statement, &bindings)?;
        if let Some(Value::String(id)) = rows.last().map(|row| array(row)).as_deref().and_then(<[_]>::first) {
            last.clone_from(id);
        }
        Ok(rows)
    }

    /// As the object does it, with the mistake that is switched on.
    pub(super) fn exec(&self, statement: &str, bindings: Vec<Value>) -> Fallible<Rows> {
        match mistakes::current() {
            None | Some(How::SayArmed | How::DropFingerprint) => self.rightly(statement, &bindings),
            Some(How::Say(rewrites)) => self.rightly(&mistakes::rewrite(statement, rewrites), &bindings),
            Some(How::WriteLate) => self.exec_late(statement, bindings),
            Some(How::SendByLastId) => self.exec_by_last_id(statement, bindings),
            Some(How::DropRead) => {
                let rows = self.rightly(statement, &bindings)?;
                if mistakes::is_read_of_outbox(statement) {
                    self.rightly("DELETE FROM outbox", &[])?;
                }
                Ok(rows)
            }
            Some(How::TellAfterwards) => {
                let rows = self.rightly(&mistakes::rewrite(statement, mistakes::WITHOUT_EVENT), &bindings)?;
                if mistakes::is_write_of_command(statement)
                    && let [redemption, event, ..] = array(&bindings).as_slice()
                {
                    self.rightly(mistakes::INSERT_EVENT, &[event.clone(), redemption.clone()])?;
                }
                Ok(rows)
            }
        }
    }
}

impl Sql for Lite {
    fn row(&self, query: &'static str, bindings: Bindings) -> Fallible<Vec<Value>> {
        let rows = self.rows(query, bindings)?;
        <[_; 1]>::try_from(rows).map_or_else(|rows| Err(format!("not one row: {rows:?}")), |[row]| Ok(row))
    }

    fn rows(&self, query: &'static str, bindings: Bindings) -> Fallible<Rows> {
        let rows = self.exec(query, bound(bindings)?)?;
        Ok(rows.iter().map(|row| array(row)).collect())
    }

    fn run(&self, statement: &'static str, bindings: Bindings) -> Fallible<()> {
        self.exec(statement, bound(bindings)?).map(drop)
    }
}

fn bound(bindings: Bindings) -> Fallible<Vec<Value>> {
    let values = bindings.to_json()?;
    Ok([values, bindings.text].into_iter().flatten().map(Value::from).collect())
}

/// The values of the JSON array that comes first: what `?1` is, and the column of a row.
fn array(values: &[Value]) -> Vec<Value> {
    let array = values.first().and_then(Value::as_str).unwrap();
    serde_json::from_str(array).unwrap()
}

fn to_lite(value: &Value) -> LiteValue {
    match value {
        Value::Null => LiteValue::Null,
        Value::Number(number) => LiteValue::Integer(number.as_i64().unwrap()),
        Value::String(text) => LiteValue::Text(text.clone()),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => panic!("the platform takes no {value}"),
    }
}

fn from_lite(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => json!(number),
        ValueRef::Real(number) => json!(number),
        ValueRef::Text(text) => json!(std::str::from_utf8(text).unwrap()),
        ValueRef::Blob(bytes) => panic!("stored bytes: {bytes:?}"),
    }
}
