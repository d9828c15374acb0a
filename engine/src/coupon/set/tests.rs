use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn terms(number: u8) -> BatchTerms {
    BatchTerms {
        id: CouponBatchId::from_parts(1_790_000_000_000, [number; 10]),
        max_uses: NonZeroU32::new(1),
        expires_at: None,
        revoked: false,
    }
}

fn batch(number: u8, pattern: &str, first: u64, count: u32) -> Batch {
    Batch::new(
        terms(number),
        pattern.parse().unwrap(),
        first,
        NonZeroU32::new(count).unwrap(),
    )
    .unwrap()
}

fn set(batches: Vec<Batch>, listed: bool) -> CouponSet {
    CouponSet {
        key: CouponKey::new([7; 32]),
        batches,
        listed,
    }
}

#[test]
fn stored_form_is_pinned() {
    let stored = include_str!("../../../tests/data/coupon_set.v1.json").trim_end();
    let set: CouponSet = serde_json::from_str(stored).unwrap();
    assert_eq!(serde_json::to_string(&set).unwrap(), stored);
    // The codes are on paper: they are pinned like any stored form.
    let codes: Vec<_> = set.batches[0].codes(set.key, 0).take(3).collect();
    assert_eq!(
        format!("{codes:?}"),
        "[SUMMER-APS1S-YVMF8, SUMMER-P3F0R-PNVDA, SUMMER-4V55V-3W4Y4]"
    );
}

#[test]
fn wrong_forms_are_refused() {
    let stored = include_str!("../../../tests/data/coupon_set.v1.json");
    for (part, wrong) in [
        (r#""count":1000"#, r#""count":0"#),
        (r#""count":1000"#, r#""count":1000001"#),
        (r#""first":0"#, r#""first":268435456"#),
        (r#""pattern":"SUMMER-#####-#####""#, r#""pattern":"SUMMER""#),
        ("0707", "07"),
    ] {
        assert!(stored.contains(part), "{part}");
        let stored = stored.replacen(part, wrong, 1);
        assert!(serde_json::from_str::<CouponSet>(&stored).is_err(), "{wrong}");
    }
}

#[test]
fn batches_are_bounded() {
    let check = |pattern: &str, first, count, expected| {
        let count = NonZeroU32::new(count).unwrap();
        let batch = Batch::new(terms(1), pattern.parse().unwrap(), first, count);
        assert_eq!(batch.err(), expected, "{pattern} {first} {count}");
    };
    let too_short = |left| Some(BatchError::PatternTooShort { symbols: 8, left });
    check("####-####", 0, MAX_BATCH_COUPONS, None);
    check("####-####", 0, MAX_BATCH_COUPONS + 1, Some(BatchError::TooLarge));
    check("####-####", 48_576, MAX_BATCH_COUPONS, None);
    check("####-####", 48_577, MAX_BATCH_COUPONS, too_short(999_999));
    check("####-####", 1 << 20, 1, too_short(0));
    check("####-####", u64::MAX, 1, too_short(0));
}

#[test]
fn every_coupon_is_found_and_none_twice() {
    let set = set(
        vec![
            batch(1, "A-####-####", 0, 500),
            batch(2, "A-####-####", 500, 500),
            batch(3, "B-####-####", 1_000, 500),
            batch(4, "A-#####-#####", 0, 500),
        ],
        false,
    );
    let mut seen = BTreeSet::new();
    for batch in &set.batches {
        for (index, code) in (0..).zip(batch.codes(set.key, 0)) {
            assert_eq!(batch.index_of(set.key, &code), Some(index));
            let expected = Match::Generated {
                code: code.clone(),
                batch,
                index,
            };
            assert_eq!(set.find(&code), expected);
            assert!(seen.insert(code));
        }
    }
    assert_eq!(seen.len(), 2_000);
}

#[test]
fn codes_go_on_from_an_index() {
    let batch = batch(1, "A-####-####", 7, 10);
    let key = CouponKey::new([7; 32]);
    let all: Vec<_> = batch.codes(key, 0).collect();
    assert_eq!(batch.codes(key, 4).collect::<Vec<_>>(), all[4..]);
    assert_eq!(batch.codes(key, 10).count(), 0);
    assert_eq!(batch.codes(key, u32::MAX).count(), 0);
}

#[test]
fn what_people_type_is_one_coupon() {
    let set = set(vec![batch(1, "SUMMER-#####-#####", 0, 1_000)], false);
    for code in set.batches[0].codes(set.key, 0) {
        let typed = code.as_str().to_lowercase().replace('0', "o").replace('1', "l");
        let typed = typed.replace("summer-", "summer").parse().unwrap();
        let Match::Generated { code: found, .. } = set.find(&typed) else {
            panic!("{typed}")
        };
        assert_eq!(found, code);
    }
}

#[test]
fn guesses_and_other_keys_find_nothing() {
    let set = set(vec![batch(1, "A-####-####", 0, 1_000)], false);
    let other = CouponKey::new([8; 32]);
    let mut hits = 0;
    for code in batch(1, "A-####-####", 0, 10_000).codes(other, 0) {
        hits += u32::from(set.find(&code) != Match::Unknown);
    }
    // By chance one in 2³⁰.
    assert_eq!(hits, 0);
}

#[test]
fn what_is_no_batchs_is_asked_for_when_there_are_listed_ones() {
    let code: CouponCode = "WELCOME".parse().unwrap();
    assert_eq!(set(vec![], false).find(&code), Match::Unknown);
    assert_eq!(set(vec![], true).find(&code), Match::Listed(code));
}

#[test]
fn serials_go_on() {
    let set = set(
        vec![batch(1, "A-####-####", 0, 500), batch(2, "B########", 700, 500)],
        false,
    );
    let check = |pattern: &str, expected| assert_eq!(set.first_free(&pattern.parse().unwrap()), expected);
    check("########", 1_200);
    check("#########", 0);
    let code = set.batches[0].codes(set.key, 3).next().unwrap();
    assert_eq!(set.serial_of(set.batches[0].pattern(), &code), Some(3));
    assert_eq!(set.serial_of(set.batches[1].pattern(), &code), None);
}

proptest! {
    #[test]
    fn finding_never_panics(code in "[A-Z0-9][A-Z0-9_-]{0,63}") {
        _ = set(vec![batch(1, "A-####-####", 0, 500)], false).find(&code.parse().unwrap());
    }
}
