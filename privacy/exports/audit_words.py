"""How an account's log tells of its archives."""

from __future__ import annotations

from audit.words import Kind, Noun, register, register_noun

register(
    "Export",
    Kind("export.asked", "Archive asked for", "asked for an archive: {scope}", "package-export"),
    Kind("export.reviewed", "Archive reviewed", "reviewed the texts of an archive: {detail}", "eye-check"),
    Kind("export.written", "Archive written", "had the archive {file} written", "package-export"),
    Kind("export.stopped", "Archive not written", "waited for an archive in vain: {detail}", "package-export"),
    Kind("export.written_by_hand", "Archive by the operator", "wrote an archive of the account", "package-export"),
    Kind("archive.uploaded", "Archive brought", "uploaded an archive to bring it in", "package-import"),
    Kind("archive.refused", "Archive refused", "had an archive refused: {detail}", "package-import"),
    Kind("archive.accepted", "Archive accepted", "decided to bring an archive in", "package-import"),
    Kind("archive.imported", "Archive imported", "brought an archive into the account", "package-import"),
    Kind("archive.dropped", "Archive thrown away", "threw away an archive that was to be brought in", "trash"),
    Kind("export.fetched", "Archive downloaded", "downloaded the archive {file}", "download"),
    Kind("export.deleted", "Archive deleted", "deleted an archive", "trash"),
)
register_noun(Noun("exports.export", "archive"))
register_noun(Noun("exports.archiveimport", "archive"))
