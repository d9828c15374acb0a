//! Which call caused which, across processes: the header `traceparent` of W3C Trace Context, level 1.

use std::fmt;
use std::num::{NonZeroU64, NonZeroU128};

/// The header that carries a [`TraceContext`].
pub const TRACEPARENT_HEADER: &str = "traceparent";
/// The header of other systems about the same trace; it is good only together with [`TRACEPARENT_HEADER`].
pub const TRACESTATE_HEADER: &str = "tracestate";

/// The one flag that level 1 knows: whoever called records the trace.
const SAMPLED: u8 = 0b1;
/// The version that is written; the fields of later ones begin with its own.
const VERSION: &str = "00";
/// The version that the standard rules out.
const INVALID_VERSION: &str = "ff";

/// A trace, and the span of it that a call belongs to. Its text is the header's value.
///
/// ```
/// use engine::trace_context::TraceContext;
///
/// let caller = TraceContext::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").unwrap();
/// let own = caller.child([0x17; 8]);
/// assert_eq!(own.to_string(), "00-4bf92f3577b34da6a3ce929d0e0e4736-1717171717171717-01");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: NonZeroU128,
    span_id: NonZeroU64,
    is_sampled: bool,
}

impl TraceContext {
    /// Reads a header's value; `None` when it is not well formed, and the trace then begins anew.
    pub fn parse(header: &str) -> Option<Self> {
        let mut parts = header.split('-');
        let (version, trace_id, span_id, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_complete = parts.next().is_none();
        hex(version, 2)?;
        if version == INVALID_VERSION || (version == VERSION && !is_complete) {
            return None;
        }
        Some(Self {
            trace_id: NonZeroU128::new(hex(trace_id, 32)?)?,
            span_id: NonZeroU64::new(u64::try_from(hex(span_id, 16)?).ok()?)?,
            is_sampled: hex(flags, 2)? & u128::from(SAMPLED) != 0,
        })
    }

    /// The beginning of a trace, which nobody else records.
    pub fn start(trace: [u8; 16], span: [u8; 8]) -> Self {
        Self {
            trace_id: NonZeroU128::new(u128::from_be_bytes(trace)).unwrap_or(NonZeroU128::MIN),
            span_id: span_id(span),
            is_sampled: false,
        }
    }

    /// A span that this one caused.
    #[must_use]
    pub fn child(self, span: [u8; 8]) -> Self {
        Self {
            span_id: span_id(span),
            ..self
        }
    }

    /// Names the trace, for logs: 32 hexadecimal digits.
    pub fn trace_id(&self) -> String {
        format!("{:032x}", self.trace_id)
    }

    /// Names the span, for logs: 16 hexadecimal digits.
    pub fn span_id(&self) -> String {
        format!("{:016x}", self.span_id)
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags = if self.is_sampled { SAMPLED } else { 0 };
        write!(f, "{VERSION}-{:032x}-{:016x}-{flags:02x}", self.trace_id, self.span_id)
    }
}

/// Of random bytes. The standard rules zero out, which is as good as any other number here.
fn span_id(random: [u8; 8]) -> NonZeroU64 {
    NonZeroU64::new(u64::from_be_bytes(random)).unwrap_or(NonZeroU64::MIN)
}

/// A number of so many small hexadecimal digits.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != digits || !text.bytes().all(is_digit) {
        return None;
    }
    u128::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    #[test]
    fn headers() {
        let check = |header: String, expected: Option<&str>| {
            let parsed = TraceContext::parse(&header).map(|context| context.to_string());
            assert_eq!(parsed.as_deref(), expected, "{header}");
        };
        let (sampled, unsampled) = (format!("00-{TRACE}-{SPAN}-01"), format!("00-{TRACE}-{SPAN}-00"));
        check(sampled.clone(), Some(&sampled));
        check(unsampled.clone(), Some(&unsampled));
        // Flags that are not known here are not passed on.
        check(format!("00-{TRACE}-{SPAN}-ff"), Some(&sampled));
        // A later version may have more.
        check(format!("cc-{TRACE}-{SPAN}-01-what-comes"), Some(&sampled));
        for malformed in [
            String::new(),
            format!("00-{TRACE}-{SPAN}"),
            format!("00-{TRACE}-{SPAN}-01-more"),
            format!("00-{TRACE}-{SPAN}-01-"),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("0-{TRACE}-{SPAN}-01"),
            format!("00-{TRACE}-{SPAN}-1"),
            format!("00-{TRACE}-{SPAN}-0+"),
            format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
            format!("00-{}-{SPAN}-01", "0".repeat(32)),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            format!("00-{TRACE}0-{SPAN}-01"),
            format!("00-{TRACE}-{SPAN}é-01"),
            format!(" 00-{TRACE}-{SPAN}-01"),
        ] {
            check(malformed, None);
        }
    }

    #[test]
    fn zero_is_never_written() {
        let context = TraceContext::start([0; 16], [0; 8]);
        assert_eq!(TraceContext::parse(&context.to_string()), Some(context));
        assert_eq!(context.child([0; 8]), context);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(trace: [u8; 16], span: [u8; 8], child: [u8; 8]) {
            let context = TraceContext::start(trace, span);
            prop_assert_eq!(TraceContext::parse(&context.to_string()), Some(context));
            prop_assert_eq!(context.child(child).trace_id(), context.trace_id());
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}", of_digits in "[0-9a-f-]{0,80}") {
            for text in [text, of_digits] {
                if let Some(context) = TraceContext::parse(&text) {
                    prop_assert_eq!(TraceContext::parse(&context.to_string()), Some(context));
                }
            }
        }
    }
}
