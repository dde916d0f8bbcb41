"""What every customer sees: `render` sets it as PDF, `paper` gives its words to the screen."""

from facturier.delivery.pdf.engine import RenderError
from facturier.delivery.pdf.logo import NoLogo
from facturier.delivery.pdf.paper import Paper
from facturier.delivery.pdf.render import render
from facturier.delivery.pdf.writing import paper

__all__ = ["NoLogo", "Paper", "RenderError", "paper", "render"]
