"""Plain text as HTML."""

from defrost.markup import to_html


def test_marks_are_escaped_and_names_in_backticks_are_code():
    assert to_html("a < b & `c<d`") == "a &lt; b &amp; <code>c&lt;d</code>"


def test_minus_signs_stand_before_numbers_alone():
    assert to_html("-0.1 (-0.2 to +0.3)") == "−0.1 (−0.2 to +0.3)"
    assert to_html("class-balanced, fold-2, 3-4") == "class-balanced, fold-2, 3-4"
