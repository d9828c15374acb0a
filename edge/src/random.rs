//! Random bytes of the platform, asked for in advance: an identifier then costs no call out of the module.

use std::cell::RefCell;

use engine::problem::ProblemType;

use crate::problem::Failure;

/// Bytes asked for at once: the identifiers of some 150 requests.
const POOL_BYTES: usize = 4_096;

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool::EMPTY) };
}

/// Random bytes; none is given out twice.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Failure> {
    POOL.with_borrow_mut(|pool| pool.take(|bytes| getrandom::fill(bytes).map_err(|error| error.to_string())))
        .map_err(|error| Failure::fault(ProblemType::Internal, format!("no random numbers: {error}")))
}

struct Pool {
    bytes: [u8; POOL_BYTES],
    left: usize,
}

impl Pool {
    const EMPTY: Self = Self {
        bytes: [0; POOL_BYTES],
        left: 0,
    };

    fn take<const N: usize>(&mut self, fill: impl FnOnce(&mut [u8]) -> Result<(), String>) -> Result<[u8; N], String> {
        const { assert!(N <= POOL_BYTES) };
        if self.left < N {
            fill(&mut self.bytes)?;
            self.left = POOL_BYTES;
        }
        let start = self.left - N;
        let taken = self.bytes.get_mut(start..self.left).ok_or("the pool is empty")?;
        self.left = start;
        let mut given = [0; N];
        given.swap_with_slice(taken);
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_byte_is_given_out_twice() {
        let mut pool = Pool::EMPTY;
        let mut fills = 0;
        for _ in 0..2 * POOL_BYTES / 16 {
            let given: [u8; 16] = pool
                .take(|bytes| {
                    fills += 1;
                    bytes.fill(7);
                    Ok(())
                })
                .unwrap();
            assert_eq!(given, [7; 16]);
        }
        assert_eq!((fills, pool.left), (2, 0));
        assert!(pool.bytes.iter().all(|byte| *byte == 0));
        assert_eq!(pool.take::<1>(|_| Err("dry".to_owned())), Err("dry".to_owned()));
    }
}
