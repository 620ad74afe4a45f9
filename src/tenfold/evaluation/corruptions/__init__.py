"""The 15 corruptions of CIFAR-10-C, made by our own code (Hendrycks and Dietterich 2019, arXiv 1903.12261).

noise.py, blur.py, weather.py, digital.py   the corruptions, in their families
sampling.py                                 drawing pixels from elsewhere: shifts, zooms, smoothing
making.py                                   corrupt: the names, and every batch's own seed

Each has 5 severities with the constants that were published for CIFAR-10's 32 x 32 pixels. On larger pictures
lengths in pixels grow with the side. The results resemble the published files and are not the same:

- Random numbers are others, and levels are rounded, where the files cut them off (half a level darker).
- The files' frost lays photographs over the picture, which we do not have. Ours is drawn: crossing needles
  and a grainy film in cold white. Its figures are not comparable with others' figures for frost.
- Motion is ImageMagick's rule of motion blur, implemented here, at 8 bits or better.
- Glass copies each pixel from a neighbour; so does the published program, though its paper says that they
  swap places.
- Corners of the rules for zoom, elastic and JPEG follow scipy's, OpenCV's and Pillow's, not their bits.

So compare figures with those that tenfold measured, not to a tenth of a point with published ones.
"""

from tenfold.evaluation.corruptions.making import CORRUPTIONS, SEVERITIES, Corruption, corrupt, known

__all__ = ["CORRUPTIONS", "SEVERITIES", "Corruption", "corrupt", "known"]
