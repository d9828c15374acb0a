//! The component kit: native elements with our look, labelled and reachable by keyboard.

mod alert;
mod badge;
mod button;
mod card;
mod condition_editor;
mod copyable;
mod dialog;
mod field;
mod form;
mod loaded;
mod more;
mod page_title;

pub(crate) use alert::{Alert, AlertKind, FailureAlert};
pub(crate) use badge::{Badge, Tone};
pub(crate) use button::{Button, Look};
pub(crate) use card::{Card, EmptyState};
pub(crate) use condition_editor::ConditionEditor;
pub(crate) use copyable::Copyable;
pub(crate) use dialog::ConfirmDialog;
pub(crate) use field::{Choice, FieldFrame, SelectField, TextField};
pub(crate) use form::Form;
pub(crate) use loaded::{Loaded, Loading};
pub(crate) use more::More;
pub(crate) use page_title::{Navigated, PageTitle};
