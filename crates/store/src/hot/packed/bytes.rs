//! The encoding of packed records: numbers of variable length and texts, with a writer and a
//! reader.

use base::{Id, Timestamp};

/// Appends to a record.
#[derive(Debug, Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    /// Seven bits per byte, the lowest first.
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// A signed number; small where it is near zero.
    pub(super) fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)) as u64);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(super) fn bits(&mut self, bits: u128) {
        self.0.extend_from_slice(&bits.to_be_bytes());
    }

    pub(super) fn id<T>(&mut self, id: Option<Id<T>>) {
        if let Some(id) = id {
            self.bits(id.as_u128());
        }
    }

    pub(super) fn time(&mut self, time: Timestamp) {
        self.signed(time.millis());
    }
}

/// Reads a record from its start. `None`: it ends too early, or is not what was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    pub(super) fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.number()?).ok()?;
        str::from_utf8(self.take(length)?).ok()
    }

    pub(super) fn skip_text(&mut self) -> Option<()> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length).map(drop)
    }

    pub(super) fn bits(&mut self) -> Option<u128> {
        Some(u128::from_be_bytes(self.take(16)?.try_into().ok()?))
    }

    /// The identifier, if `there` is set; `Some(None)` if it is not.
    pub(super) fn id<T>(&mut self, there: bool) -> Option<Option<Id<T>>> {
        if there { self.bits().map(|bits| Some(Id::from_u128(bits))) } else { Some(None) }
    }

    pub(super) fn time(&mut self) -> Option<Timestamp> {
        self.signed().map(Timestamp::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_size_are_read_back() {
        let unsigned = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX - 1, u64::MAX];
        let signed = [0, -1, 1, -64, 64, 1_800_000_000_000, i64::MIN, i64::MAX];
        let mut writer = Writer::default();
        unsigned.iter().for_each(|it| writer.number(*it));
        signed.iter().for_each(|it| writer.signed(*it));
        writer.text("é");
        let mut reader = Reader(&writer.0);
        unsigned.iter().for_each(|it| assert_eq!(reader.number(), Some(*it)));
        signed.iter().for_each(|it| assert_eq!(reader.signed(), Some(*it)));
        assert_eq!(reader.text(), Some("é"));
        assert_eq!((reader.byte(), reader.number()), (None, None));
        assert_eq!(Reader(&[5, b'a']).text(), None);
    }
}
