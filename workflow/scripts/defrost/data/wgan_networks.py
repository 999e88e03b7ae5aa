"""The two networks of the Wasserstein GAN: the generator draws images, the critic scores them.

Both know the class: it joins the generator's noise (Mirza, Osindero 2014), and picks one of the
critic's scores (the projection of Miyato, Koyama 2018). Three stages lie between the full image
and an eighth of it, sides rounded up, so that any image size will do.
"""

import torch
from torch import Tensor, nn

NOISE = 64  # numbers behind an image, many more than the directions in which such images vary
_WIDTHS = (32, 64, 128)  # channels of the stages, the smallest maps have the most
_SLOPE = 0.2  # of the leaky rectifiers: DCGAN's (Radford, Metz, Chintala 2016)


class Generator(nn.Module):
    """Noise (N x NOISE) and labels (N) to images (N x C x H x W) with values from -1 to 1."""

    def __init__(self, shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        channels, *full = shape
        self.classes = classes
        self.sides = [full]  # height and width after each stage, the smallest first
        for _ in _WIDTHS:
            self.sides.insert(0, [-(-side // 2) for side in self.sides[0]])
        height, width = self.sides[0]
        outputs = [*_WIDTHS[::-1], channels]
        self.start = nn.Linear(NOISE + classes, outputs[0] * height * width)
        self.normalise = nn.ModuleList(nn.BatchNorm2d(count) for count in outputs[:-1])
        # 4 x 4 at stride 2 reaches all pixels equally often: no chequerboard (Odena et al. 2016)
        self.grow = nn.ModuleList(
            nn.ConvTranspose2d(before, after, kernel_size=4, stride=2, padding=1)
            for before, after in zip(outputs[:-1], outputs[1:], strict=True)
        )

    def forward(self, noise: Tensor, labels: Tensor) -> Tensor:
        """Return an image for every row of noise and its label."""
        given = torch.cat([noise, nn.functional.one_hot(labels, self.classes)], dim=1)
        maps = self.start(given).unflatten(1, (_WIDTHS[-1], *self.sides[0]))
        stages = zip(self.normalise, self.grow, self.sides[1:], strict=True)
        for normalise, grow, (height, width) in stages:
            maps = grow(normalise(maps).relu())[:, :, :height, :width]
        return maps.tanh()


class Critic(nn.Module):
    """Images (N x C x H x W) and labels (N) to scores (N), the higher the more like real ones.

    Without batch normalisation, which would make a score depend on the rest of the batch: the
    gradient penalty is about one image at a time (Gulrajani et al. 2017).
    """

    def __init__(self, shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        inputs, height, width = shape
        stages: list[nn.Module] = []
        for outputs in _WIDTHS:
            # 3 x 3 takes half the time of 5 x 5
            stages += [nn.Conv2d(inputs, outputs, 3, stride=2, padding=1), nn.LeakyReLU(_SLOPE)]
            inputs, height, width = outputs, -(-height // 2), -(-width // 2)
        self.features = nn.Sequential(*stages, nn.Flatten())
        self.scores = nn.Linear(inputs * height * width, classes)

    def forward(self, images: Tensor, labels: Tensor) -> Tensor:
        """Return the score of every image as one of the class of its label."""
        scores = self.scores(self.features(images))
        return (scores * nn.functional.one_hot(labels, scores.shape[1])).sum(dim=1)
