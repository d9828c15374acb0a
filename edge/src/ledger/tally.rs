//! What an object holds in sum, for the reconciler.

use chrono::{DateTime, Utc};
use engine::ids::LedgerEventId;
use engine::wire::v1::{TallyAnswer, TallyDiscount, V1};

use super::row::Fallible;
use super::store::{Sql, Store};

const SELECT_SUMS: &str = "SELECT json_array(sum(events), (SELECT count(*) FROM outbox), (SELECT min(id) FROM outbox), \
    sum(status IN ('committed', 'rolled_back')), sum(status = 'rolled_back')) AS row FROM redemptions";
const SELECT_DISCOUNTS: &str = "SELECT json_array(currency, sum(amount), sum(rolled_back)) FROM redemptions \
    WHERE status IN ('committed', 'rolled_back') AND currency IS NOT NULL GROUP BY currency ORDER BY currency";

impl<S: Sql> Store<S> {
    /// Sums over all redemptions. It reads every row: reading a thousand costs what writing one does, and counting would
    /// write some with each command.
    pub(super) fn tally(&self) -> Fallible<TallyAnswer> {
        if !self.has_tables() {
            return Ok(TallyAnswer::default());
        }
        let mut row = self.row(SELECT_SUMS, vec![])?;
        let mut tally = TallyAnswer {
            v: V1,
            events: row.count()?,
            outstanding: row.count()?,
            oldest_outstanding_at: row.parsed()?.and_then(made_at),
            committed: row.count()?,
            rolled_back: row.count()?,
            discounts: Vec::new(),
        };
        for mut row in self.rows(SELECT_DISCOUNTS, vec![])? {
            let Some(currency) = row.parsed()? else { continue };
            tally.discounts.push(TallyDiscount {
                currency,
                committed: row.count()?,
                returned: row.count()?,
            });
        }
        Ok(tally)
    }
}

/// An identifier begins with its time.
fn made_at(event: LedgerEventId) -> Option<DateTime<Utc>> {
    let (secs, nanos) = event.uuid().get_timestamp()?.to_unix();
    DateTime::from_timestamp(i64::try_from(secs).ok()?, nanos)
}

/// The sum of two objects.
pub(super) fn plus(mut sum: TallyAnswer, other: TallyAnswer) -> TallyAnswer {
    sum.events = sum.events.saturating_add(other.events);
    sum.outstanding = sum.outstanding.saturating_add(other.outstanding);
    let oldest = [sum.oldest_outstanding_at, other.oldest_outstanding_at];
    sum.oldest_outstanding_at = oldest.into_iter().flatten().min();
    sum.committed = sum.committed.saturating_add(other.committed);
    sum.rolled_back = sum.rolled_back.saturating_add(other.rolled_back);
    for added in other.discounts {
        match sum.discounts.iter_mut().find(|known| known.currency == added.currency) {
            Some(known) => {
                known.committed = known.committed.saturating_add(added.committed);
                known.returned = known.returned.saturating_add(added.returned);
            }
            None => sum.discounts.push(added),
        }
    }
    sum.discounts.sort_by_key(|discount| discount.currency.code());
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_add_up() {
        let at = |millis| DateTime::from_timestamp_millis(millis);
        let tally = |currency: &str, committed, oldest| TallyAnswer {
            events: 1,
            outstanding: 1,
            oldest_outstanding_at: oldest,
            committed: 1,
            discounts: vec![TallyDiscount {
                currency: currency.parse().unwrap(),
                committed,
                returned: 1,
            }],
            ..TallyAnswer::default()
        };
        let tallies = [
            tally("UYU", 10, at(2_000)),
            tally("USD", 20, None),
            tally("UYU", 30, at(1_000)),
            TallyAnswer::default(),
        ];
        let sum = tallies.into_iter().fold(TallyAnswer::default(), plus);
        let discounts: Vec<_> = sum
            .discounts
            .iter()
            .map(|discount| (discount.currency.code(), discount.committed, discount.returned))
            .collect();
        assert_eq!(discounts, [("USD", 20, 1), ("UYU", 40, 2)]);
        assert_eq!((sum.events, sum.outstanding, sum.committed), (3, 3, 3));
        assert_eq!(sum.oldest_outstanding_at, at(1_000));
    }

    #[test]
    fn events_tell_when_they_were_made() {
        let event = LedgerEventId::from_parts(1_790_000_000_125, [9; 10]);
        assert_eq!(made_at(event), DateTime::from_timestamp_millis(1_790_000_000_125));
    }
}
