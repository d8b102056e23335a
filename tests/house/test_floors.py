"""Relations point down the floors, as imports do: import-linter can't see a key that is named by a string."""

from pathlib import Path

from django.apps import apps
from django.conf import settings

FLOORS = [
    {"lib"},
    {"datamap"},
    {"tenancy"},
    {"audit"},
    {"accounts"},
    {"crm"},
    {"timetracking"},
    {"invoicing", "billing"},
    {"privacy", "demo"},
    {"website"},
    {"config"},
]
LEVEL = {package: level for level, packages in enumerate(FLOORS) for package in packages}


def package(model):
    return model.__module__.partition(".")[0]


def relations():
    return [
        (field, package(model), package(field.related_model))
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and isinstance(field.related_model, type)
        if package(model) in LEVEL
    ]


def test_relations_point_down():
    looked = relations()
    upward = [
        str(field)
        for field, here, there in looked
        if there in LEVEL and (LEVEL[there] > LEVEL[here] or (LEVEL[there] == LEVEL[here] and here != there))
        # The fence lies below the account it fences, and knows it by the setting alone, as Django its users.
        if field.related_model is not apps.get_model(settings.ACCOUNT_MODEL)
    ]
    assert len(looked) > 10
    assert upward == []


def _is_ours(config):
    return Path(config.path).is_relative_to(settings.BASE_DIR) and ".venv" not in Path(config.path).parts


def test_every_first_party_app_has_its_floor():
    paths = [Path(config.path).relative_to(settings.BASE_DIR) for config in apps.get_app_configs() if _is_ours(config)]
    ours = {path.parts[0] for path in paths}
    assert ours - LEVEL.keys() == set()


def test_no_key_is_generic():
    """A key that may point at any table can be kept in its account by none."""
    from django.contrib.contenttypes.fields import GenericForeignKey

    generic = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.private_fields
        if isinstance(field, GenericForeignKey)
    ]
    assert generic == []
