//! The revoked marks that are not a status index, in sorted pages, about 9 bytes a mark. Owns how
//! pages are divided and joined. Invariant: no page is empty, and each page holds the marks from
//! its first one up to the first one of the next page.
//!
//! A change repacks one page, which takes about a microsecond, so readers never wait for a
//! reordering of everything.

use crate::page::{Entry, MAX_PAGE_SIZE, NEVER, Page};

/// How many marks a new page gets when everything is repacked: some room is left for more.
const REPACKED_PAGE_SIZE: usize = MAX_PAGE_SIZE / 4 * 3;
/// When pages hold fewer marks than this on average, everything is repacked.
const SPARSE_PAGE_SIZE: usize = MAX_PAGE_SIZE / 8;

#[derive(Clone, Debug, Default)]
pub(crate) struct Named {
    /// The first mark of each page.
    firsts: Vec<u64>,
    pages: Vec<Page>,
    count: usize,
    heap: usize,
}

impl Named {
    pub(crate) const fn len(&self) -> usize {
        self.count
    }

    /// The memory on the heap, in bytes.
    pub(crate) const fn bytes(&self) -> usize {
        self.heap
            + self.firsts.capacity() * size_of::<u64>()
            + self.pages.capacity() * size_of::<Page>()
    }

    pub(crate) fn contains(&self, mark: u64) -> bool {
        let at = self.firsts.partition_point(|first| *first <= mark);
        let Some(at) = at.checked_sub(1) else { return false };
        match (self.firsts.get(at), self.pages.get(at)) {
            (Some(first), Some(page)) => page.find(*first, mark),
            _ => false,
        }
    }

    /// All entries, by rising mark.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Entry> + '_ {
        self.firsts.iter().zip(&self.pages).flat_map(|(first, page)| page.entries(*first))
    }

    pub(crate) fn set(&mut self, mark: u64, until: u32) {
        let (at, mut entries) = self.page_of(mark);
        match entries.binary_search_by_key(&mark, |(mark, _)| *mark) {
            Ok(found) => {
                if let Some(entry) = entries.get_mut(found) {
                    entry.1 = until;
                }
            }
            Err(gap) => {
                entries.insert(gap, (mark, until));
                self.count += 1;
            }
        }
        self.replace_page(at, &entries);
    }

    pub(crate) fn clear(&mut self, mark: u64) {
        let (at, mut entries) = self.page_of(mark);
        if let Ok(found) = entries.binary_search_by_key(&mark, |(mark, _)| *mark) {
            entries.remove(found);
            self.count -= 1;
            self.replace_page(at, &entries);
            self.repack_sparse();
        }
    }

    /// Drops the marks that expired before `minute`.
    pub(crate) fn expire(&mut self, minute: u32) {
        let due = |page: &Page| page.earliest_expiry() < minute;
        if minute == NEVER || !self.pages.iter().any(due) {
            return;
        }
        let (firsts, pages) = (std::mem::take(&mut self.firsts), std::mem::take(&mut self.pages));
        (self.count, self.heap) = (0, 0);
        for (first, page) in firsts.into_iter().zip(pages) {
            if !due(&page) {
                self.append(first, page);
                continue;
            }
            let left = page.entries(first).filter(|(_, until)| *until >= minute);
            let left: Vec<Entry> = left.collect();
            if let Some((first, _)) = left.first() {
                self.append(*first, Page::pack(*first, &left));
            }
        }
        self.repack_sparse();
    }

    /// Adds a page after all others.
    fn append(&mut self, first: u64, page: Page) {
        self.heap += page.heap();
        self.count += page.len();
        self.firsts.push(first);
        self.pages.push(page);
    }

    /// The page for `mark`, unpacked, and its index.
    fn page_of(&self, mark: u64) -> (usize, Vec<Entry>) {
        let after = self.firsts.partition_point(|first| *first <= mark);
        let at = after.saturating_sub(1);
        (at, self.unpack(at))
    }

    fn unpack(&self, at: usize) -> Vec<Entry> {
        let mut entries = Vec::with_capacity(MAX_PAGE_SIZE + 1);
        if let (Some(first), Some(page)) = (self.firsts.get(at), self.pages.get(at)) {
            entries.extend(page.entries(*first));
        }
        entries
    }

    /// Replaces page `at` by `entries`, as no page, one or two.
    fn replace_page(&mut self, at: usize, entries: &[Entry]) {
        let (left, right) = if entries.len() > MAX_PAGE_SIZE {
            entries.split_at(entries.len() / 2)
        } else {
            (entries, [].as_slice())
        };
        let made: Vec<(u64, Page)> = [left, right]
            .into_iter()
            .filter_map(|part| part.first().map(|(first, _)| (*first, Page::pack(*first, part))))
            .collect();
        let there = usize::from(at < self.pages.len());
        self.heap -= self.pages.get(at).map_or(0, Page::heap);
        self.heap += made.iter().map(|(_, page)| page.heap()).sum::<usize>();
        self.firsts.splice(at..at + there, made.iter().map(|(first, _)| *first));
        self.pages.splice(at..at + there, made.into_iter().map(|(_, page)| page));
    }

    /// Repacks everything where there are many pages with few marks.
    fn repack_sparse(&mut self) {
        if self.pages.len() > 8 && self.count < self.pages.len() * SPARSE_PAGE_SIZE {
            let mut packer = Packer::default();
            self.iter().for_each(|entry| packer.push(entry));
            *self = packer.finish();
        }
    }
}

/// Builds pages from entries that come in order.
#[derive(Debug, Default)]
pub(crate) struct Packer {
    made: Named,
    waiting: Vec<Entry>,
}

impl Packer {
    /// Adds the next entry; it must be above the one before.
    pub(crate) fn push(&mut self, entry: Entry) {
        self.waiting.push(entry);
        if self.waiting.len() == REPACKED_PAGE_SIZE {
            self.close();
        }
    }

    pub(crate) fn finish(mut self) -> Named {
        self.close();
        self.made.firsts.shrink_to_fit();
        self.made.pages.shrink_to_fit();
        self.made
    }

    fn close(&mut self) {
        if let Some((first, _)) = self.waiting.first() {
            self.made.append(*first, Page::pack(*first, &self.waiting));
            self.waiting.clear();
        }
    }
}
