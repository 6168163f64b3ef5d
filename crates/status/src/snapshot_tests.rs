//! Writes and reads snapshots, and checks which snapshots are refused.

use base::Rng as _;
use base::rng::SequenceRng;

use super::*;

fn sample(names: usize, status_indexes: u32) -> Marks {
    let (mut marks, rng) = (Marks::default(), SequenceRng::new(3));
    for number in 0..names {
        let until = (!number.is_multiple_of(3)).then_some(1_800_000_000 + number as i64);
        marks.set(Mark::id(rng.u128()), until);
    }
    for number in 0..status_indexes {
        marks.set(Mark::status_index(number * 7), None);
    }
    marks
}

fn all(marks: &Marks) -> Vec<crate::RevokedMark> {
    marks.iter().collect()
}

#[test]
fn what_was_written_is_read() {
    for marks in [sample(0, 0), sample(1, 1), sample(5_000, 0), sample(1_000, 400_000)] {
        let snapshot = Snapshot::of(&marks, "https://a", 7, 9);
        let text = serde_json::to_string(&snapshot).unwrap();
        let read: Snapshot = serde_json::from_str(&text).unwrap();
        assert_eq!(all(&read.marks().unwrap()), all(&marks));
    }
}

#[test]
fn lists_of_zeroes_are_absent() {
    let mut marks = Marks::default();
    marks.set(Mark::status_index(5 * INDEXES_PER_LIST + 1), None);
    let numbers: Vec<u32> =
        Snapshot::of(&marks, "i", 1, 1).lists.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [5]);
}

#[test]
fn a_million_revoked_grants_are_a_list_of_128_kib() {
    let mut marks = Marks::default();
    (0..INDEXES_PER_LIST)
        .for_each(|status_index| marks.set(Mark::status_index(status_index), None));
    assert_eq!(marks.list(0).len(), 128 << 10);
    let snapshot = Snapshot::of(&marks, "i", 1, 1);
    assert!(snapshot.lists[0].1.len() < 1_000);
}

#[test]
fn malformed_snapshots_and_compression_bombs_are_refused() {
    let names = |bytes: &[u8]| Snapshot {
        marks: deflated(bytes, Compression::fast()),
        ..Snapshot::of(&Marks::default(), "i", 1, 1)
    };
    let named = |id| Mark::id(id).as_u64().to_be_bytes();
    let pair = |first, second| [named(first), [0; 8], named(second), [0; 8]].concat();
    assert_eq!(names(&pair(1, 2)).marks().unwrap().len(), 2);
    for bad in [pair(2, 1), pair(1, 1), vec![0; 16], vec![0x40; 16], pair(1, 2)[..31].to_vec()] {
        assert_eq!(names(&bad).marks().unwrap_err(), ParseSnapshotError, "{bad:?}");
    }
    let lists = |lists: Vec<(u32, String)>| Snapshot {
        lists,
        ..Snapshot::of(&Marks::default(), "i", 1, 1)
    };
    let list = |bytes: usize| deflated(&vec![1; bytes], Compression::fast());
    assert!(lists(vec![(0, list(LIST_BYTES))]).marks().is_ok());
    for bad in [(0, list(LIST_BYTES + 1)), (0, list(32 << 20)), (4_095, list(1)), (0, "x".into())] {
        assert!(lists(vec![bad]).marks().is_err());
    }
    let many = (0..2_000).map(|number| (number, String::new())).collect();
    assert!(lists(many).marks().is_err());
}

/// The worst case of a snapshot: as many lists as are read, with half of all bits set. Reading bit by bit would take
/// about half a minute.
#[test]
fn as_many_lists_as_are_allowed_are_read_in_bounded_time() {
    let rng = SequenceRng::new(5);
    let dense: Vec<u8> = (0..LIST_BYTES / 16).flat_map(|_| rng.u128().to_le_bytes()).collect();
    let text = deflated(&dense, Compression::fast());
    let bits: usize = dense.iter().map(|byte| byte.count_ones() as usize).sum();
    let read = |lists: u32| {
        let lists = (0..lists).map(|number| (number, text.clone())).collect();
        let snapshot = Snapshot { lists, ..Snapshot::of(&Marks::default(), "i", 1, 1) };
        let began = std::time::Instant::now();
        (snapshot.marks().unwrap(), began.elapsed())
    };
    let (marks, took) = read(MAX_LISTS as u32);
    println!("{MAX_LISTS} dense lists: {took:?}");
    assert_eq!(marks.len(), bits * MAX_LISTS);
    assert!(took < std::time::Duration::from_secs(10), "{took:?}");
    let began = std::time::Instant::now();
    let written = Snapshot::of(&read(64).0, "i", 1, 1);
    println!("64 dense lists written: {:?}", began.elapsed());
    assert_eq!(written.lists.len(), 64);
}

#[test]
fn a_list_that_comes_twice_adds_its_bits() {
    let list = |bit: usize| {
        let mut bytes = vec![0; LIST_BYTES];
        bytes[bit / 8] |= 1 << (bit % 8);
        (3, deflated(&bytes, Compression::fast()))
    };
    let lists = vec![list(0), list(70_000), list(70_001), list(0)];
    let snapshot = Snapshot { lists, ..Snapshot::of(&Marks::default(), "i", 1, 1) };
    let read = snapshot.marks().unwrap();
    let found: Vec<u32> = read.iter().filter_map(|gone| gone.mark.as_status_index()).collect();
    let first = 3 * INDEXES_PER_LIST;
    assert_eq!(found, [first, first + 70_000, first + 70_001]);
    assert_eq!(read.len(), 3);
}
