//! Forgetting who a customer is: what was consumed stays, with its counts, sums and states, and names nobody.

use super::row::Fallible;
use super::store::{Sql, Store};

/// Whom a redemption counts for changes nothing that is summed: the triggers see the same uses and the same amount.
const UPDATE_REDEMPTIONS: &str = "UPDATE redemptions SET customer_id = NULL WHERE customer_id = ?1 ->> 0";
/// What a repeated roll-back is answered.
const UPDATE_ANSWERS: &str = "UPDATE answers SET answer = json_set(answer, '$.answer.customer_id', NULL) \
    WHERE answer ->> '$.answer.customer_id' = ?1 ->> 0";
const DELETE_COUNT: &str = "DELETE FROM counts WHERE name = 'customer:' || (?1 ->> 0)";

impl<S: Sql> Store<S> {
    /// Takes a customer's name from all that has it. It reads every row, and so rarely that an index would cost more.
    ///
    /// Several statements, in one synchronous block and each of them good by itself: a repetition finds done what was.
    pub(super) fn forget_customer(&self, customer_id: &str) -> Fallible<()> {
        if !self.has_tables() {
            return Ok(());
        }
        for statement in [UPDATE_REDEMPTIONS, UPDATE_ANSWERS, DELETE_COUNT] {
            self.run(statement, vec![customer_id.into()])?;
        }
        Ok(())
    }
}
