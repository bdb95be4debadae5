//! The images fetched last. A server can tell of the same message again and again (Nexus reference, section 8.1); its image is fetched once.

use bytes::Bytes;
use reqwest::Url;
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

/// How many bytes are kept.
const LIMIT: usize = 8 << 20;

/// Images by address, the newest last. They share their bytes with the messages.
#[derive(Default)]
pub(super) struct Recent(Mutex<VecDeque<(Url, Bytes)>>);

impl Recent {
    pub(super) fn get(&self, url: &Url) -> Option<Bytes> {
        let images = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        images.iter().find(|(known, _)| known == url).map(|(_, data)| data.clone())
    }

    pub(super) fn put(&self, url: Url, data: Bytes) {
        let mut images = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        images.retain(|(known, _)| *known != url);
        images.push_back((url, data));
        let mut size: usize = images.iter().map(|(_, data)| data.len()).sum();
        while size > LIMIT {
            size -= images.pop_front().map_or(size, |(_, data)| data.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_images_make_room() {
        let url = |number: usize| Url::parse(&format!("http://h/{number}")).unwrap();
        let recent = Recent::default();
        for number in 0..4 {
            recent.put(url(number), Bytes::from(vec![0; LIMIT / 2]));
        }
        recent.put(url(3), Bytes::from_static(b"new"));
        let kept: Vec<_> = (0..4).map(|number| recent.get(&url(number)).map(|data| data.len())).collect();
        assert_eq!(kept, [None, None, Some(LIMIT / 2), Some(3)]);
        recent.put(url(5), Bytes::from(vec![0; LIMIT + 1]));
        assert!(recent.get(&url(5)).is_none() && recent.get(&url(3)).is_none());
    }
}
