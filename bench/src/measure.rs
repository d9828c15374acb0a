//! Interleaved rounds: A B C, A B C …; each round times one batch of each, and the median over the rounds counts.

use std::time::Duration;

use anyhow::Result;
use rustix::time::{ClockId, clock_gettime};

/// Enough for a stable median, few enough for the whole run to stay below some minutes.
const ROUNDS: usize = 31;
/// Long beside the clock's own cost (below 1 µs), short beside a time slice.
const BATCH: Duration = Duration::from_millis(2);

/// Something to time: runs as often as it is told and answers with the time that it took.
pub(crate) type Lane<'a> = Box<dyn FnMut(u64) -> Result<Duration> + 'a>;

/// A lane that is timed here, by this thread's processor time: what else runs on the machine is not counted.
pub(crate) fn lane<'a>(mut run: impl FnMut(u64) + 'a) -> Lane<'a> {
    Box::new(move |times| {
        let started = thread_time();
        run(times);
        Ok(thread_time().saturating_sub(started))
    })
}

/// The time of one run of each lane, in nanoseconds.
pub(crate) fn interleaved(lanes: &mut [Lane<'_>]) -> Result<Vec<f64>> {
    let times = lanes.iter_mut().map(calibrate).collect::<Result<Vec<u64>>>()?;
    let mut samples: Vec<Vec<f64>> = vec![Vec::with_capacity(ROUNDS); lanes.len()];
    for round in 0..ROUNDS {
        // Each round starts with another lane, so that none always follows the same one.
        for turn in 0..lanes.len() {
            let index = (turn + round) % lanes.len();
            if let (Some(lane), Some(&times), Some(samples)) =
                (lanes.get_mut(index), times.get(index), samples.get_mut(index))
            {
                samples.push(nanoseconds(lane(times)?) / float(times));
            }
        }
    }
    Ok(samples.into_iter().map(median).collect())
}

/// How often a lane runs in a batch; warms it too.
fn calibrate(lane: &mut Lane<'_>) -> Result<u64> {
    let mut times = 1;
    loop {
        let took = lane(times)?;
        if took >= BATCH / 2 {
            let batches = nanoseconds(BATCH) / nanoseconds(took);
            return Ok(whole(float(times) * batches).max(1));
        }
        times *= 2;
    }
}

fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The geometric mean, which treats twice as fast and twice as slow alike.
pub(crate) fn geomean(values: &[f64]) -> f64 {
    (values.iter().map(|value| value.ln()).sum::<f64>() / float(values.len() as u64)).exp()
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

/// Counts here are far below 2^53.
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

/// As [`float`], back.
pub(crate) fn whole(count: f64) -> u64 {
    count as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_not_moved_by_one_disturbed_round() {
        assert_eq!(median(vec![3.0, 900.0, 1.0]), 3.0);
        assert!(median(Vec::new()).is_nan());
    }

    #[test]
    fn a_geometric_mean_treats_twice_and_half_alike() {
        assert!((geomean(&[2.0, 0.5]) - 1.0).abs() < 1e-12);
        assert!((geomean(&[1.0, 4.0]) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn every_lane_gets_its_own_time() {
        let mut calls = [0_u64; 2];
        let [first, second] = &mut calls;
        let slow: Lane<'_> = Box::new(|times| {
            *first += 1;
            Ok(Duration::from_micros(3) * u32::try_from(times)?)
        });
        let fast: Lane<'_> = Box::new(|times| {
            *second += 1;
            Ok(Duration::from_micros(1) * u32::try_from(times)?)
        });
        let medians = interleaved(&mut [slow, fast]).unwrap();
        assert_eq!(
            medians.iter().map(|ns| ns.round()).collect::<Vec<_>>(),
            [3000.0, 1000.0]
        );
        assert!(calls.iter().all(|calls| *calls > ROUNDS as u64));
    }
}
