"""Which tests prove which of the conformance classes that the interface declares."""

from __future__ import annotations

_SPEC = "http://www.opengis.net/spec"
_FEATURES_1 = f"{_SPEC}/ogcapi-features-1/1.0/conf"
_FEATURES_2 = f"{_SPEC}/ogcapi-features-2/1.0/conf"
_FEATURES_3 = f"{_SPEC}/ogcapi-features-3/1.0/conf"
_CQL2 = f"{_SPEC}/cql2/1.0/conf"
_TILES = f"{_SPEC}/ogcapi-tiles-1/1.0/conf"
_TMS = f"{_SPEC}/tms/2.0/conf"

PROOFS: dict[str, tuple[str, ...]] = {
    f"{_FEATURES_1}/core": (
        "test_every_link_from_the_landing_page_leads_somewhere",
        "test_what_is_kept_of_the_standards_is_told",
        "test_collections_are_the_declared_layers",
        "test_a_page_tells_how_many_there_are_and_when",
        "test_next_leads_through_all_features_once",
        "test_next_keeps_the_filter",
        "test_a_larger_limit_than_the_largest_is_the_largest",
        "test_a_box_keeps_what_reaches_into_it",
        "test_a_day_or_the_end_of_an_interval_is_the_day_of_validity",
        "test_a_field_as_a_parameter_keeps_what_has_the_value",
        "test_one_feature_is_what_its_page_tells",
        "test_nonsense_is_refused_without_the_database",
        "test_a_feature_that_is_not_there_is_not_found",
        "test_pages_neither_repeat_nor_leave_out_while_rows_are_edited",
        "test_gdal_reads_all_features_page_by_page",
        "test_gdal_filters_by_area",
    ),
    f"{_FEATURES_1}/geojson": (
        "test_every_layer_tells_exactly_its_declared_fields",
        "test_the_header_chooses_the_format",
        "test_one_feature_is_what_its_page_tells",
    ),
    f"{_FEATURES_1}/oas30": (
        "test_the_description_names_every_route_and_nothing_else",
        "test_the_description_holds_together",
        "test_every_parameter_of_items_in_the_description_is_understood",
    ),
    f"{_FEATURES_2}/crs": (
        "test_collections_are_the_declared_layers",
        "test_the_usual_system_is_crs84_and_the_header_tells",
        "test_each_system_is_told_in_its_own_order",
        "test_a_box_in_each_system_keeps_the_same",
        "test_other_systems_are_refused_with_those_that_are_there",
    ),
    f"{_FEATURES_3}/queryables": ("test_queryables_are_the_declared_fields",),
    f"{_FEATURES_3}/queryables-query-parameters": (
        "test_a_field_as_a_parameter_keeps_what_has_the_value",
        "test_gdal_filters_by_attribute",
    ),
    f"{_FEATURES_3}/filter": (
        "test_what_a_filter_has_wrong_is_told_before_anything_is_asked",
        "test_nonsense_is_refused_without_the_database",
    ),
    f"{_FEATURES_3}/features-filter": (
        "test_a_filter_in_each_system_keeps_the_same",
        "test_next_keeps_the_filter",
    ),
    f"{_CQL2}/cql2-text": (
        "test_a_filter_is_read_as_the_kept_library_reads_it",
        "test_any_filter_is_read_as_the_kept_library_reads_it",
        "test_what_is_no_filter_is_refused",
    ),
    f"{_CQL2}/cql2-json": (
        "test_text_and_json_keep_the_same_right_features",
        "test_json_that_is_no_filter_is_refused",
    ),
    f"{_CQL2}/basic-cql2": ("test_text_and_json_keep_the_same_right_features",),
    f"{_CQL2}/advanced-comparison-operators": ("test_text_and_json_keep_the_same_right_features",),
    f"{_CQL2}/case-insensitive-comparison": ("test_text_and_json_keep_the_same_right_features",),
    f"{_CQL2}/basic-spatial-functions": ("test_points_boxes_and_collections_are_taken",),
    f"{_CQL2}/basic-spatial-functions-plus": (
        "test_points_boxes_and_collections_are_taken",
        "test_each_spatial_predicate_keeps_the_right_features",
    ),
    f"{_CQL2}/spatial-functions": (
        "test_each_spatial_predicate_keeps_the_right_features",
        "test_every_spatial_predicate_is_tried",
        "test_a_line_crosses_what_it_runs_through",
    ),
    f"{_CQL2}/temporal-functions": (
        "test_each_temporal_predicate_keeps_the_right_runs_of_days",
        "test_days_moments_and_open_ends_are_taken",
    ),
    f"{_CQL2}/property-property": ("test_text_and_json_keep_the_same_right_features",),
    f"{_TILES}/core": (
        "test_a_tile_of_a_layer_holds_its_features",
        "test_row_stands_before_column",
        "test_a_tile_that_is_not_there_is_not_found",
    ),
    f"{_TILES}/tileset": (
        "test_tilesets_lead_to_their_tiles",
        "test_a_tileset_tells_fields_and_kinds",
    ),
    f"{_TILES}/tilesets-list": ("test_tilesets_lead_to_their_tiles",),
    f"{_TILES}/dataset-tilesets": (
        "test_several_layers_come_in_one_tile",
        "test_tilesets_lead_to_their_tiles",
    ),
    f"{_TILES}/geodata-tilesets": ("test_tilesets_lead_to_their_tiles",),
    f"{_TILES}/mvt": ("test_a_tile_of_a_layer_holds_its_features", "test_gdal_reads_tiles"),
    f"{_TMS}/tilematrixset": ("test_the_tile_matrix_set_is_web_mercator_quad",),
    f"{_TMS}/json-tilematrixset": ("test_the_tile_matrix_set_is_web_mercator_quad",),
}
"""For each class the tests; `tests/contracts/test_conformance.py` holds it against what is told."""
