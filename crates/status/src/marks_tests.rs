//! Compares the set with a simple model, and measures its memory.

use std::collections::BTreeMap;

use base::Rng as _;
use base::rng::SequenceRng;
use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Set(Mark, Option<i64>),
    Clear(Mark),
    Expire(i64),
}

/// Few marks, so that steps meet the same one, but of every kind: dense, far, close together,
/// apart.
fn mark() -> impl Strategy<Value = Mark> {
    prop_oneof![
        (0..70_000_u32).prop_map(Mark::status_index),
        (0..64_u32).prop_map(|status_index| Mark::status_index(u32::MAX - status_index)),
        (0..600_u128).prop_map(Mark::id),
        (0..600_u128).prop_map(|id| Mark::id(id << 50)),
        any::<u128>().prop_map(Mark::id),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let until = prop_oneof![Just(None), (0..100_000_i64).prop_map(Some), Just(Some(i64::MAX))];
    prop_oneof![
        8 => (mark(), until).prop_map(|(mark, until)| Step::Set(mark, until)),
        3 => mark().prop_map(Step::Clear),
        1 => (0..110_000_i64).prop_map(Step::Expire),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn it_behaves_like_a_map(steps in proptest::collection::vec(step(), 0..3_000)) {
        let (mut marks, mut model) = (Marks::default(), BTreeMap::new());
        for step in steps {
            match step {
                Step::Set(mark, until) => {
                    marks.set(mark, until);
                    let status_index = mark.as_status_index().is_some();
                    let minute = until.filter(|_| !status_index).map_or(NEVER, minute);
                    model.insert(mark, minute);
                }
                Step::Clear(mark) => {
                    marks.clear(mark);
                    model.remove(&mark);
                }
                Step::Expire(now) => {
                    marks.expire(Timestamp::from_seconds(now));
                    model.retain(|_, until| i64::from(*until) >= now / 60 - HELD_AFTER_EXPIRY_MINUTES);
                }
            }
            prop_assert_eq!(marks.len(), model.len());
        }
        let until = |minute: u32| (minute != NEVER).then(|| i64::from(minute) * 60);
        let all: Vec<_> = model.iter().map(|(mark, u)| RevokedMark { mark: *mark, until: until(*u) }).collect();
        prop_assert_eq!(marks.iter().collect::<Vec<_>>(), all);
        for mark in model.keys() {
            prop_assert!(marks.contains(*mark));
            let next = mark.as_u64().wrapping_add(1);
            if let Some(next) = Mark::from_u64(next) {
                prop_assert_eq!(marks.contains(next), model.contains_key(&next));
            }
        }
    }
}

#[test]
fn a_mark_is_held_until_its_expiry_and_some_minutes_longer() {
    let mut marks = Marks::default();
    marks.set(Mark::id(1), Some(6_001));
    for (now, held) in [(6_001, true), (6_001 + 600, true), (6_001 + 760, false)] {
        marks.expire(Timestamp::from_seconds(now));
        assert_eq!(marks.contains(Mark::id(1)), held, "{now}");
    }
}

#[test]
fn an_expiry_before_the_epoch_is_not_written_as_never() {
    let mut marks = Marks::default();
    marks.set(Mark::id(1), Some(-60));
    marks.set(Mark::id(2), Some(0));
    let read = crate::Snapshot::of(&marks, "https://a.example", 1, 1).marks().unwrap();
    assert!(read.iter().eq(marks.iter()) && read.iter().all(|gone| gone.until.is_some()));
}

#[test]
fn a_million_status_indexes_take_less_than_a_third_of_a_megabyte() {
    let mut marks = Marks::default();
    let rng = SequenceRng::new(1);
    while marks.len() < 1_000_000 {
        marks.set(Mark::status_index(rng.u128() as u32 % (2 * INDEXES)), None);
    }
    println!("a million of two million places: {} bytes", marks.bytes());
    assert!(marks.bytes() < 300_000, "{}", marks.bytes());
    let mut few = Marks::default();
    for status_index in (0..1 << 20).step_by(5_000) {
        few.set(Mark::status_index(status_index), None);
    }
    assert!(few.bytes() < 4_000, "few places of many: {}", few.bytes());
}

const INDEXES: u32 = crate::INDEXES_PER_LIST;

#[test]
fn a_million_tokens_with_an_end_take_ten_megabytes() {
    let (mut marks, rng) = (Marks::default(), SequenceRng::new(2));
    for token in 0..1_000_000_i64 {
        // The expiries lie within a day, as those of access tokens that live for a day.
        marks.set(Mark::id(rng.u128()), Some(1_800_000_000 + token % 86_400));
    }
    println!("a million tokens of a day: {} bytes", marks.bytes());
    assert!(marks.bytes() < 10_000_000, "{}", marks.bytes());
    marks.expire(Timestamp::from_seconds(1_800_000_000 + 43_200));
    assert!((450_000..550_000).contains(&marks.len()), "{}", marks.len());
    marks.expire(Timestamp::from_seconds(1_800_000_000 + 88_000));
    assert!(marks.is_empty() && marks.bytes() < 1_000, "{}", marks.bytes());
}
