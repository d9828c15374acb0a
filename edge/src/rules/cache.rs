//! What an isolate remembers of a kind of KV value, and when it asks again. Pure: time is an argument.

use std::num::NonZeroUsize;
use std::rc::Rc;

use lru::LruCache;

/// A value is served without asking again for this long, in milliseconds: a hot promotion then costs an isolate one
/// KV read in five seconds, and a change is late by no more than that.
const FRESH_MILLIS: u64 = 5_000;
/// An older value is not served before KV is asked, in milliseconds: it bounds what a rarely called isolate may get
/// wrong, at about the time that KV itself needs to spread a change.
const MAX_AGE_MILLIS: u64 = 60_000;
/// A key that has no value is not asked for again for this long, in milliseconds: enough to blunt a flood, short
/// enough that a shop does not wait for a promotion that was just published.
const ABSENT_MILLIS: u64 = 1_500;
/// A refresh that did not end within this time, in milliseconds, is taken for lost, and another may start. The
/// platform ends work after an answer at 30 seconds.
const REFRESH_MILLIS: u64 = 10_000;

/// What a look-up finds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<T> {
    /// A value to serve now.
    Present {
        value: Rc<T>,
        age_millis: u64,
        /// Whether this caller is to read it anew, after its answer.
        refresh: bool,
    },
    /// KV had none a moment ago.
    Absent,
    /// Ask KV before answering.
    Missing,
}

/// Values by key. Bounded: the least recently used goes first, and keys without a value never displace values.
pub(crate) struct Cache<T> {
    present: LruCache<String, Entry<T>>,
    /// When each was found absent.
    absent: LruCache<String, u64>,
}

struct Entry<T> {
    value: Rc<T>,
    read_at_millis: u64,
    refresh_since_millis: Option<u64>,
}

/// What to do with a value of an age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plan {
    Serve,
    ServeAndRefresh,
    Await,
}

impl<T> Cache<T> {
    /// Holds at most `max_entries` values, and as many keys without one.
    pub(crate) fn new(max_entries: usize) -> Self {
        let max_entries = NonZeroUsize::new(max_entries).unwrap_or(NonZeroUsize::MIN);
        Self {
            present: LruCache::new(max_entries),
            absent: LruCache::new(max_entries),
        }
    }

    /// What is known of `key` at `now_millis`. When it says `refresh`, it will not say so again until that refresh
    /// ends or is taken for lost.
    pub(crate) fn look_up(&mut self, key: &str, now_millis: u64) -> Found<T> {
        if let Some(entry) = self.present.get_mut(key) {
            let age_millis = now_millis.saturating_sub(entry.read_at_millis);
            let refreshing_millis = entry.refresh_since_millis.map(|since| now_millis.saturating_sub(since));
            let plan = plan(age_millis, refreshing_millis);
            if plan == Plan::Await {
                return Found::Missing;
            }
            let refresh = plan == Plan::ServeAndRefresh;
            if refresh {
                entry.refresh_since_millis = Some(now_millis);
            }
            return Found::Present {
                value: Rc::clone(&entry.value),
                age_millis,
                refresh,
            };
        }
        match self.absent.get(key) {
            Some(found_at) if now_millis.saturating_sub(*found_at) < ABSENT_MILLIS => Found::Absent,
            Some(_) | None => Found::Missing,
        }
    }

    /// What may be served at `now_millis` without asking or being asked for anything, and its age in milliseconds. `None`
    /// where [`Cache::look_up`] finds nothing, or a value that is due for a refresh.
    pub(crate) fn recall(&mut self, key: &str, now_millis: u64) -> Option<(Rc<T>, u64)> {
        let entry = self.present.get(key)?;
        let age_millis = now_millis.saturating_sub(entry.read_at_millis);
        let refreshing_millis = entry.refresh_since_millis.map(|since| now_millis.saturating_sub(since));
        match plan(age_millis, refreshing_millis) {
            Plan::Serve => Some((Rc::clone(&entry.value), age_millis)),
            Plan::ServeAndRefresh | Plan::Await => None,
        }
    }

    /// Remembers what KV said at `now_millis`.
    pub(crate) fn store(&mut self, key: &str, value: Option<Rc<T>>, now_millis: u64) {
        self.forget(key);
        match value {
            Some(value) => {
                let entry = Entry {
                    value,
                    read_at_millis: now_millis,
                    refresh_since_millis: None,
                };
                self.present.put(key.to_owned(), entry);
            }
            None => _ = self.absent.put(key.to_owned(), now_millis),
        }
    }

    /// Lets the next look-up start a refresh.
    pub(crate) fn refresh_failed(&mut self, key: &str) {
        if let Some(entry) = self.present.peek_mut(key) {
            entry.refresh_since_millis = None;
        }
    }

    /// Knows nothing of `key` any more.
    pub(crate) fn forget(&mut self, key: &str) {
        self.present.pop(key);
        self.absent.pop(key);
    }
}

const fn plan(age_millis: u64, refreshing_millis: Option<u64>) -> Plan {
    if age_millis > MAX_AGE_MILLIS {
        return Plan::Await;
    }
    let refreshing = matches!(refreshing_millis, Some(since) if since < REFRESH_MILLIS);
    if age_millis < FRESH_MILLIS || refreshing {
        Plan::Serve
    } else {
        Plan::ServeAndRefresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans() {
        let check = |age, refreshing, expected| assert_eq!(plan(age, refreshing), expected, "{age} {refreshing:?}");
        check(0, None, Plan::Serve);
        check(FRESH_MILLIS - 1, None, Plan::Serve);
        check(FRESH_MILLIS, None, Plan::ServeAndRefresh);
        check(FRESH_MILLIS, Some(0), Plan::Serve);
        check(FRESH_MILLIS + REFRESH_MILLIS, Some(REFRESH_MILLIS - 1), Plan::Serve);
        check(
            FRESH_MILLIS + REFRESH_MILLIS,
            Some(REFRESH_MILLIS),
            Plan::ServeAndRefresh,
        );
        check(MAX_AGE_MILLIS, None, Plan::ServeAndRefresh);
        check(MAX_AGE_MILLIS + 1, None, Plan::Await);
        check(MAX_AGE_MILLIS + 1, Some(0), Plan::Await);
    }

    fn present(value: u32, age_millis: u64, refresh: bool) -> Found<u32> {
        Found::Present {
            value: Rc::new(value),
            age_millis,
            refresh,
        }
    }

    #[test]
    fn hit_absent_and_missing_are_told_apart() {
        let mut cache = Cache::new(10);
        assert_eq!(cache.look_up("a", 0), Found::Missing);
        cache.store("a", Some(Rc::new(1)), 1_000);
        cache.store("b", None, 1_000);
        assert_eq!(cache.look_up("a", 1_500), present(1, 500, false));
        assert_eq!(cache.look_up("b", 1_000 + ABSENT_MILLIS - 1), Found::Absent);
        assert_eq!(cache.look_up("b", 1_000 + ABSENT_MILLIS), Found::Missing);
        assert_eq!(cache.look_up("a", 1_001 + MAX_AGE_MILLIS), Found::Missing);
    }

    #[test]
    fn recalling_asks_for_nothing() {
        let mut cache = Cache::new(10);
        let recalled = |cache: &mut Cache<u32>, now| cache.recall("a", now).map(|(value, age)| (*value, age));
        assert_eq!(recalled(&mut cache, 0), None);
        cache.store("a", None, 0);
        assert_eq!(recalled(&mut cache, 0), None);
        cache.store("a", Some(Rc::new(1)), 0);
        assert_eq!(recalled(&mut cache, FRESH_MILLIS - 1), Some((1, FRESH_MILLIS - 1)));
        assert_eq!(recalled(&mut cache, FRESH_MILLIS), None);
        // Whoever looks up is still the one to refresh, and until then the old value serves everybody.
        assert_eq!(cache.look_up("a", FRESH_MILLIS), present(1, FRESH_MILLIS, true));
        assert_eq!(recalled(&mut cache, FRESH_MILLIS), Some((1, FRESH_MILLIS)));
        assert_eq!(recalled(&mut cache, MAX_AGE_MILLIS + 1), None);
    }

    #[test]
    fn one_caller_refreshes() {
        let mut cache = Cache::new(10);
        cache.store("a", Some(Rc::new(1)), 0);
        assert_eq!(cache.look_up("a", FRESH_MILLIS), present(1, FRESH_MILLIS, true));
        assert_eq!(cache.look_up("a", FRESH_MILLIS), present(1, FRESH_MILLIS, false));
        cache.refresh_failed("a");
        assert_eq!(cache.look_up("a", FRESH_MILLIS + 1), present(1, FRESH_MILLIS + 1, true));
        cache.store("a", Some(Rc::new(2)), FRESH_MILLIS + 2);
        assert_eq!(cache.look_up("a", FRESH_MILLIS + 2), present(2, 0, false));
    }

    #[test]
    fn a_new_value_replaces_absence_and_the_other_way_round() {
        let mut cache = Cache::new(10);
        cache.store("a", None, 0);
        cache.store("a", Some(Rc::new(1)), 1);
        assert_eq!(cache.look_up("a", 1), present(1, 0, false));
        cache.store("a", None, 2);
        assert_eq!(cache.look_up("a", 2), Found::Absent);
        cache.forget("a");
        assert_eq!(cache.look_up("a", 2), Found::Missing);
    }

    #[test]
    fn the_least_recently_used_goes_and_absence_displaces_nothing() {
        let mut cache = Cache::new(2);
        cache.store("a", Some(Rc::new(1)), 0);
        cache.store("b", Some(Rc::new(2)), 0);
        for key in ["x", "y", "z"] {
            cache.store(key, None, 0);
        }
        assert_eq!(cache.look_up("a", 0), present(1, 0, false));
        cache.store("c", Some(Rc::new(3)), 0);
        assert_eq!(cache.look_up("a", 0), present(1, 0, false));
        assert_eq!(cache.look_up("b", 0), Found::Missing);
        assert_eq!(cache.look_up("x", 0), Found::Missing);
        assert_eq!(cache.look_up("z", 0), Found::Absent);
    }
}
