//! SQLite in memory as an object's storage, with a [`How`] between the two if one is switched on.

use std::cell::RefCell;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, params_from_iter};
use worker::SqlStorageValue;

use super::super::{Fallible, Sql};
use super::mistakes::{self, How};

type Rows = Vec<Vec<SqlStorageValue>>;

/// An object's storage.
pub(super) struct Lite {
    connection: Connection,
    /// What [`How::WriteLate`] has not written yet.
    late: RefCell<Option<(String, Vec<SqlStorageValue>)>>,
}

impl Lite {
    pub(super) fn new() -> Self {
        Self {
            connection: Connection::open_in_memory().unwrap(),
            late: RefCell::default(),
        }
    }

    fn run(&self, statement: &str, bindings: &[SqlStorageValue]) -> Fallible<Rows> {
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
    fn run_late(&self, statement: &str, bindings: Vec<SqlStorageValue>) -> Fallible<Rows> {
        if mistakes::is_write_of_command(statement) {
            let late = self.late.replace(Some((statement.to_owned(), bindings)));
            return self.write(late);
        }
        if !mistakes::is_read_of_command(statement) {
            self.write(self.late.take())?;
        }
        let rows = self.run(statement, &bindings)?;
        self.write(self.late.take())?;
        Ok(rows)
    }

    fn write(&self, late: Option<(String, Vec<SqlStorageValue>)>) -> Fallible<Rows> {
        late.map_or(Ok(vec![]), |(statement, bindings)| self.run(&statement, &bindings))
    }
}

impl Sql for Lite {
    fn exec(&self, statement: &str, bindings: Vec<SqlStorageValue>) -> Fallible<Rows> {
        match mistakes::current() {
            None | Some(How::SayArmed | How::DropFingerprint) => self.run(statement, &bindings),
            Some(How::Say(rewrites)) => self.run(&mistakes::rewrite(statement, rewrites), &bindings),
            Some(How::WriteLate) => self.run_late(statement, bindings),
            Some(How::TellAfterwards) => {
                let rows = self.run(&mistakes::rewrite(statement, mistakes::WITHOUT_EVENT), &bindings)?;
                if mistakes::is_write_of_command(statement) {
                    let event = bindings.len().saturating_sub(2);
                    self.run(mistakes::INSERT_EVENT, bindings.get(event..).unwrap_or_default())?;
                }
                Ok(rows)
            }
        }
    }
}

fn to_lite(value: &SqlStorageValue) -> Value {
    match value {
        SqlStorageValue::Null => Value::Null,
        SqlStorageValue::Boolean(flag) => Value::Integer((*flag).into()),
        SqlStorageValue::Integer(number) => Value::Integer(*number),
        SqlStorageValue::Float(number) => Value::Real(*number),
        SqlStorageValue::String(text) => Value::Text(text.clone()),
        SqlStorageValue::Blob(bytes) => Value::Blob(bytes.clone()),
    }
}

fn from_lite(value: ValueRef<'_>) -> SqlStorageValue {
    match value {
        ValueRef::Null => SqlStorageValue::Null,
        ValueRef::Integer(number) => SqlStorageValue::Integer(number),
        ValueRef::Real(number) => SqlStorageValue::Float(number),
        ValueRef::Text(text) => SqlStorageValue::String(String::from_utf8(text.to_vec()).unwrap()),
        ValueRef::Blob(bytes) => SqlStorageValue::Blob(bytes.to_vec()),
    }
}
