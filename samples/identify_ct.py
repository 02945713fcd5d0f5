"""Gives the slices of samples/ct-dicom the identifiers that their source left empty: archives refuse files without.

    python samples/identify_ct.py

SOP class and instance are those of the file's own meta header. The identifiers of study and series are made from the
frame of reference (PS3.5 B.2: 2.25 and a UUID as a decimal number), so that running it again changes nothing. Pixels
and every other element stay as they are.
"""

import uuid
from pathlib import Path

import pydicom
from pydicom.uid import UID

folder = Path(__file__).parent / "ct-dicom"
for path in sorted(folder.glob("CT.*")):
    file = pydicom.dcmread(path)
    frame = file.FrameOfReferenceUID
    made = lambda what: UID(f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, f'{frame} {what}').int}")
    file.SOPClassUID = file.file_meta.MediaStorageSOPClassUID
    file.SOPInstanceUID = file.file_meta.MediaStorageSOPInstanceUID
    file.StudyInstanceUID = made("study")
    file.SeriesInstanceUID = made("series")
    file.save_as(path)
