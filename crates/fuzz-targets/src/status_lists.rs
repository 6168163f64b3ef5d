//! What says which tokens are revoked: status lists, the `status` claim and snapshots of the feed.
//! Compressed texts inflate to no more than their limits, and what is read is written again as the same.

use serde_json::Value;
use status::{
    INDEXES_PER_LIST, ListClaims, Mark, Marks, Snapshot, StatusList, Statuses, TokenStatus, Update,
};

/// The input is JSON: each of the documents, if it is one.
pub(crate) fn run(data: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(data) else { return };
    claim(&value);
    let read = || value.clone();
    if let Ok(list) = serde_json::from_value::<StatusList>(read()) {
        statuses(&list);
    }
    if let Ok(claims) = serde_json::from_value::<ListClaims>(read()) {
        statuses(&claims.status_list);
        if let Ok(Some(marks)) = claims.read_beside() {
            assert!(
                marks.names_len() <= status::MAX_MARKS_BESIDE_LIST && marks.lists().count() == 0
            );
        }
    }
    if let Ok(snapshot) = serde_json::from_value::<Snapshot>(read()) {
        whole(&snapshot);
    }
    if let Ok(update) = serde_json::from_value::<Update>(read()) {
        let mut marks = Marks::default();
        marks.apply(&update);
        assert!(marks.len() <= update.gone.len());
        assert!(update.back.iter().all(|mark| !marks.contains(*mark)));
        let text = serde_json::to_string(&update).expect("JSON");
        assert_eq!(serde_json::from_str::<Update>(&text).ok(), Some(update));
    }
}

fn claim(value: &Value) {
    let Ok(status) = TokenStatus::read(value) else { return };
    let mut text = String::new();
    status.write("https://auth.example/status-lists/", &mut text);
    let written = serde_json::from_str(&text).expect("JSON");
    assert_eq!(TokenStatus::read(&written).as_ref(), Ok(&status));
}

fn statuses(list: &StatusList) {
    let Ok(statuses) = list.read() else { return };
    assert_eq!(list.bits, 1);
    assert_eq!(statuses.is_revoked(INDEXES_PER_LIST), None, "no longer than a list may be");
    assert_eq!(StatusList::of(&bytes(&statuses)).read().as_ref(), Ok(&statuses));
}

fn bytes(statuses: &Statuses) -> Vec<u8> {
    let bit = |index: u32| statuses.is_revoked(index).map(u8::from);
    let byte = |first: u32| (0..8).try_fold(0, |byte, at| Some(byte | bit(first + at)? << at));
    (0..INDEXES_PER_LIST).step_by(8).map_while(byte).collect()
}

fn whole(snapshot: &Snapshot) {
    let Ok(marks) = snapshot.marks() else { return };
    assert!(marks.names_len() <= status::MAX_OTHER_MARKS);
    let again = Snapshot::of(&marks, &snapshot.iss, snapshot.sequence, snapshot.as_of);
    let read = again.marks().expect("what was written is read");
    assert!(read.iter().eq(marks.iter()), "the same marks");
    assert!(marks.iter().all(|gone| Mark::from_u64(gone.mark.as_u64()) == Some(gone.mark)));
}
