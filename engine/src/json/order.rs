//! Which key is expected where.

use std::fmt;

/// Which field stood at each place of an object. The next object of its kind mostly has the same order, so its keys
/// are compared with what is expected before they are searched for. A wrong guess costs the comparison, no more.
#[derive(Clone, Copy)]
pub(crate) struct KeyOrder([u8; Self::PLACES]);

impl KeyOrder {
    /// Places that are remembered: objects with more fields are rare.
    const PLACES: usize = 16;
    const UNKNOWN: u8 = u8::MAX;

    /// The field, counted among those of its object, that is expected at `place`.
    #[inline]
    pub(crate) fn expected(&self, place: usize) -> usize {
        self.0.get(place).copied().unwrap_or(Self::UNKNOWN).into()
    }

    pub(crate) fn learn(&mut self, place: usize, field: usize) {
        if let Some(known) = self.0.get_mut(place) {
            *known = u8::try_from(field).unwrap_or(Self::UNKNOWN);
        }
    }
}

/// A hint says nothing of what was read.
impl fmt::Debug for KeyOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyOrder")
    }
}

impl Default for KeyOrder {
    fn default() -> Self {
        Self([Self::UNKNOWN; Self::PLACES])
    }
}
