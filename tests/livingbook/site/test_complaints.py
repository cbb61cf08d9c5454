"""What is said when Jupyter Book refuses a book."""

from livingbook.project.project import Project
from livingbook.site.pages import complaints

KEY = 'book/index.md:3: WARNING: could not find bibtex key "{}"'


def test_a_key_that_no_source_has_is_told_with_those_close_to_it(tmp_path):
    (tmp_path / "_build" / "stage" / "book").mkdir(parents=True)
    (tmp_path / "_build" / "stage" / "book" / "references.bib").write_text("@misc{svtv2025list,\n}\n@misc{other2020,\n}\n")
    project = Project.at(tmp_path)
    assert complaints(KEY.format("svtv2025lost"), project).endswith('"svtv2025lost"; close to it: svtv2025list')
    assert complaints(KEY.format("zzz"), project).endswith("; the keys are those of data/sources.csv")
    assert complaints("book/index.md:3: WARNING: unknown document", project).endswith("unknown document")


def test_a_complaint_is_the_same_whatever_the_memory_was_like(tmp_path):
    line = "Handler <function finish at 0x{}> for event 'build-finished' threw an exception"
    one, other = (complaints(line.format(place), Project.at(tmp_path)) for place in ("7f98f9d4cf40", "7efcfa3d0360"))
    assert one == other and "<function finish>" in one
