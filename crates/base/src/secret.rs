//! Strings that must not be displayed or logged.

use std::fmt;
use std::marker::PhantomData;

use zeroize::Zeroizing;

/// A secret string of kind `K`. It has no `Display`, no `Serialize` and no `PartialEq`; `Debug`
/// prints its kind; its memory is wiped on drop. [`Secret::expose`] is the only way to read it:
/// grep for it.
pub struct Secret<K>(Zeroizing<String>, PhantomData<fn() -> K>);

impl<K> Secret<K> {
    /// Wraps a secret string.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()), PhantomData)
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl<K> Clone for Secret<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<K> fmt::Debug for Secret<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let full = std::any::type_name::<K>();
        write!(f, "Secret<{}>", full.rsplit("::").next().unwrap_or(full))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct ApiKey;

    #[test]
    fn debug_shows_the_kind_and_never_the_text() {
        let secret = Secret::<ApiKey>::new("hunter2");
        assert_eq!(format!("{secret:?}"), "Secret<ApiKey>");
        assert_eq!(secret.expose(), "hunter2");
    }
}
