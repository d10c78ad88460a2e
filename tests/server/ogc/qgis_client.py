"""QGIS without a window, asked by `test_qgis`: it has a Python of its own, the system's.

Arguments: the server's address, a token, a folder for QGIS's settings. Prints JSON: of each
collection the number of its features, their names, their system, and of a vector tile layer
whether it is one and what a picture of it is coloured with.
"""

import json
import os
import sys

ADDRESS, TOKEN, FOLDER, LAYERS, EXTENT = sys.argv[1:6]
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QGIS_AUTH_DB_DIR_PATH"] = os.environ["XDG_RUNTIME_DIR"] = FOLDER

from qgis.core import (  # noqa: E402 - it reads the environment when it is imported
    QgsApplication,
    QgsAuthMethodConfig,
    QgsCoordinateReferenceSystem,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize  # noqa: E402
from qgis.PyQt.QtGui import QColor  # noqa: E402


def authorised() -> str:
    """Keep the token as an office would: an authentication of QGIS's own; return its id."""
    manager = QgsApplication.authManager()
    manager.setMasterPassword("tests", True)  # noqa: FBT003 - QGIS names no argument
    config = QgsAuthMethodConfig("Basic")
    config.setName("fugai")
    config.setConfig("username", "token")
    config.setConfig("password", TOKEN)
    manager.storeAuthenticationConfig(config)
    return config.id()


def read(collection: str, auth: str) -> dict:
    """What QGIS makes of a collection."""
    uri = f"authcfg={auth} typename='{collection}' url='{ADDRESS}/ogc' pageSize='2'"
    layer = QgsVectorLayer(uri, collection, "OAPIF")
    features = list(layer.getFeatures())
    fields = [field.name() for field in layer.fields()]
    return {
        "is_valid": layer.isValid(),
        "error": layer.error().message(),
        "names": sorted(one["name"] for one in features) if "name" in fields else [],
        "features": len(features),
        "with_shape": sum(one.hasGeometry() for one in features),
        "system": layer.crs().authid(),
    }


def drawn(auth: str) -> dict:
    """What a picture of our tiles has on it."""
    template = f"{ADDRESS}/tiles/communities/{{z}}/{{x}}/{{y}}.mvt"
    layer = QgsVectorTileLayer(f"type=xyz&url={template}&zmin=6&zmax=16&authcfg={auth}", "tiles")
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    settings.setExtent(QgsRectangle(*json.loads(EXTENT)))
    settings.setOutputSize(QSize(512, 512))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    picture = job.renderedImage()
    picture.save(f"{FOLDER}/tiles.png")
    seen = {picture.pixelColor(x, y).name() for x in range(0, 512, 8) for y in range(0, 512, 8)}
    return {"is_valid": layer.isValid(), "colours": sorted(seen)}


application = QgsApplication([], False, FOLDER)  # noqa: FBT003
application.initQgis()
QgsApplication.messageLog().messageReceived.connect(lambda *said: sys.stderr.write(f"{said}\n"))
token = authorised()
told = {name: read(name, token) for name in json.loads(LAYERS)}
sys.stdout.write(json.dumps(told | {"tiles": drawn(token)}))
application.exitQgis()
