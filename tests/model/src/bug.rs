//! Mistakes that a host could make, so that the checks are seen to find them.

/// One mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bug {
    /// Something is awaited between the decision and the write, so that another command comes in between.
    AwaitBeforeWrite,
    /// The same, with a write that is guarded by the old state, and nobody looks whether it wrote anything.
    SwallowedZeroRows,
    /// Releasing does not ask where the redemption stands.
    ReleaseWithoutOldState,
    /// A release takes one from the counters, whether or not a row changed.
    CounterInsteadOfRows,
    /// A reservation is ended one instant after the engine takes it for over.
    ExpiryOffByOne,
    /// Reservations end only when the alarm comes.
    NoSweepBeforeCommand,
    /// Requests are not told apart by their content.
    MissingFingerprint,
    /// The event is written after the redemption, in another step.
    EventAfterWrite,
    /// Events are sent once, in the order of their identifiers.
    RelayByLastId,
    /// The origin acknowledges before its transaction commits.
    AcknowledgeBeforeCommit,
    /// The origin does not know an event again.
    NoUniqueEventId,
}

impl Bug {
    /// Every mistake.
    pub const ALL: [Self; 11] = [
        Self::AwaitBeforeWrite,
        Self::SwallowedZeroRows,
        Self::ReleaseWithoutOldState,
        Self::CounterInsteadOfRows,
        Self::ExpiryOffByOne,
        Self::NoSweepBeforeCommand,
        Self::MissingFingerprint,
        Self::EventAfterWrite,
        Self::RelayByLastId,
        Self::AcknowledgeBeforeCommit,
        Self::NoUniqueEventId,
    ];
}
