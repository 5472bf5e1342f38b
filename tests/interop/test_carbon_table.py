"""Intensities of regions and countries are read, and an unknown region is named."""

import pytest

from outweigh.interop.carbon_table import intensities, intensity
from outweigh.records import UserError
from shared_data import SHARED

CARBON = SHARED / "carbon"
needs_carbon = pytest.mark.skipif(not CARBON.is_dir(), reason=f"no real intensities at {CARBON}: set OUTWEIGH_SHARED")


@pytest.fixture
def regions(tmp_path):
    path = tmp_path / "impact.csv"
    path.write_text("\ufeffregion,provider,impact\neurope-west3,gcp,345\nus-east4,gcp,322\n")
    return intensities(path)


def test_a_region_has_its_intensity(regions):
    assert intensity(regions, "europe-west3", "impact.csv") == 345
    assert intensity(regions, "US-East4", "impact.csv") == 322


def test_an_unknown_region_is_named_with_one_like_it(regions):
    with pytest.raises(UserError, match=r"'europe-west33' is not in impact.csv; did you mean europe-west3\?"):
        intensity(regions, "europe-west33", "impact.csv")
    with pytest.raises(UserError, match=r"'Mars' is not in impact.csv; it has europe-west3, us-east4 and others"):
        intensity(regions, "Mars", "impact.csv")


@pytest.mark.parametrize(
    ("name", "content"), [("a.csv", "x,y\n1,2\n"), ("b.json", "[1]"), ("c.json", "no"), ("d.csv", "")]
)
def test_another_file_is_refused(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    with pytest.raises(UserError, match="not a table of carbon intensities"):
        intensities(tmp_path / name)


@needs_carbon
def test_the_published_tables_are_read():
    regions = intensities(CARBON / "cloud__impact.csv")
    countries = intensities(CARBON / "private_infra__global_energy_mix.json")
    assert (len(regions), len(countries)) == (40, 213)
    assert regions["europe-west9"] == 34
    assert countries["ABW"] == pytest.approx(561.224)
