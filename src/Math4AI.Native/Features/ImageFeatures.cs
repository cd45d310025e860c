using Math4AI.Data.Images;
using Math4AI.Features.Images;

namespace Math4AI.Features;

/// <summary>
/// Feature maps of images. All images that a fitted map takes have the size and channels of the training's.
/// </summary>
public static class ImageFeatures
{
    /// <summary>Gets the maps of images that formulas know by name.</summary>
    public static FeatureNames<ImageSet> Names { get; } = Known();

    /// <summary>Grey levels, from 0 to 1: of every pixel, or means over a grid of cells.</summary>
    /// <param name="side">The cells along each side of the grid; null for the pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 1.</exception>
    public static FeatureMap<ImageSet> Grey(int? side = null) => new GreyFeatures(side);

    /// <summary>
    /// Histogram of colors: the share of the pixels in each cell of a grid over red, green and blue; of grey images,
    /// over the grey.
    /// </summary>
    /// <param name="bins">The cells along each channel, 1 to 32.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such number of cells.</exception>
    public static FeatureMap<ImageSet> Color(int bins = 4) => new ColorFeatures(bins);

    /// <summary>
    /// Histograms of oriented gradients, over cells of pixels, normalised in overlapping blocks of cells. Unless smooth
    /// or signed it equals scikit-image's <c>hog(image, orientations, (cell, cell), (block, block), norm)</c>.
    /// </summary>
    /// <param name="orientations">The bins over 180°, or over 360° where gradients are signed.</param>
    /// <param name="cell">The pixels along a cell.</param>
    /// <param name="block">The cells along a block.</param>
    /// <param name="norm">How a block is normalised.</param>
    /// <param name="isSmooth">
    /// Whether a gradient counts in part for each of the nearest two orientations and the nearest two cells along each
    /// side, by how near their centers are (trilinear interpolation), in place of for the one that it falls into: a
    /// small shift or turn of the image then changes the features little.
    /// </param>
    /// <param name="isSigned">
    /// Whether a step from dark to bright is another orientation than one from bright to dark.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1.</exception>
    /// <remarks>
    /// Source: N. Dalal and B. Triggs, Histograms of oriented gradients for human detection, CVPR (2005).
    /// </remarks>
    public static FeatureMap<ImageSet> Hog(
        int orientations = 9, int cell = 8, int block = 3, HogNorm norm = HogNorm.L2Hys, bool isSmooth = false,
        bool isSigned = false) =>
        new HogFeatures(orientations, cell, block, norm, isSmooth, isSigned);

    /// <summary>
    /// Local binary patterns: the share of the pixels of each uniform pattern of neighbors that are at least as bright,
    /// and of all others together. It equals the histogram of scikit-image's <c>local_binary_pattern(image, points,
    /// radius, 'uniform')</c>.
    /// </summary>
    /// <param name="points">The neighbors on a circle, 3 to 64.</param>
    /// <param name="radius">The circle's radius in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such circle.</exception>
    /// <remarks>
    /// Source: T. Ojala, M. Pietikäinen and T. Mäenpää, Multiresolution gray-scale and rotation invariant texture
    /// classification with local binary patterns, IEEE PAMI 24 (2002).
    /// </remarks>
    public static FeatureMap<ImageSet> LocalBinaryPatterns(int points = 8, double radius = 1.0) =>
        new BinaryPatternFeatures(points, radius);

    /// <summary>
    /// Makes the features that tell images apart where none were chosen: colors, and smooth histograms of oriented
    /// gradients, whose cells are smaller in images below 24 pixels; colors and pixels of images below 6.
    /// </summary>
    /// <param name="height">The height of the images in pixels.</param>
    /// <param name="width">Their width.</param>
    public static FeatureMap<ImageSet> Usual(int height, int width) => Names.Parse(UsualFormula(height, width));

    /// <summary>Gives the formula of <see cref="Usual"/>.</summary>
    /// <param name="height">The height of the images in pixels.</param>
    /// <param name="width">Their width.</param>
    public static string UsualFormula(int height = int.MaxValue, int width = int.MaxValue)
    {
        // Smooth histograms with the norm L1-sqrt tell digits and clothes apart better than those without (benchmarks);
        // the sign of a step is left out, since photographs have dark and bright grounds.
        const int Block = 3, Cell = 8, MinCell = 2;
        int cell = Math.Min(Cell, Math.Min(height, width) / Block);
        return cell >= MinCell ? $"color, hog:9:{cell}:{Block}:l1-sqrt:smooth" : "color, grey";
    }

    private static FeatureNames<ImageSet> Known()
    {
        var names = new FeatureNames<ImageSet>();
        names.Add("grey", arguments => Grey(arguments.Count > 0 ? arguments.WholeNumber(0, 1) : null));
        names.Add("color", arguments => Color(arguments.WholeNumber(0, 4)));
        names.Add("hog", Hog);
        names.Add("lbp", arguments => LocalBinaryPatterns(arguments.WholeNumber(0, 8), arguments.Positive(1) ?? 1.0));
        return names;
    }

    /// <summary>Up to three numbers, and behind them a norm, "smooth" and "signed" in any order.</summary>
    private static FeatureMap<ImageSet> Hog(FeatureArguments arguments)
    {
        (HogNorm? norm, bool isSmooth, bool isSigned) = (null, false, false);
        for (int place = 3; place < 6; place++)
        {
            string word = arguments.Text(place, string.Empty);
            (norm, isSmooth, isSigned) = word switch
            {
                "" => (norm, isSmooth, isSigned),
                "smooth" when !isSmooth => (norm, true, isSigned),
                "signed" when !isSigned => (norm, isSmooth, true),
                "l1" when norm is null => (HogNorm.L1, isSmooth, isSigned),
                "l1-sqrt" when norm is null => (HogNorm.L1Sqrt, isSmooth, isSigned),
                "l2" when norm is null => (HogNorm.L2, isSmooth, isSigned),
                "l2-hys" when norm is null => (HogNorm.L2Hys, isSmooth, isSigned),
                _ => throw new FormatException(
                    $"The features 'hog' do not take '{word}' here: behind the three numbers stand one norm of blocks "
                    + "(l1, l1-sqrt, l2 or l2-hys), smooth and signed, each at most once."),
            };
        }

        return Hog(
            arguments.WholeNumber(0, 9), arguments.WholeNumber(1, 8), arguments.WholeNumber(2, 3),
            norm ?? HogNorm.L2Hys, isSmooth, isSigned);
    }
}

/// <summary>The ways to normalise a block v of histograms.</summary>
public enum HogNorm
{
    /// <summary>v/(‖v‖₁ + 10⁻⁵).</summary>
    L1,

    /// <summary>v/√(‖v‖² + 10⁻¹⁰).</summary>
    L2,

    /// <summary>As <see cref="L2"/>, then values above 0.2 become 0.2, and <see cref="L2"/> again.</summary>
    L2Hys,

    /// <summary>
    /// √(v/(‖v‖₁ + 10⁻⁵)): distances between blocks are then those of Hellinger between the shares of orientations.
    /// </summary>
    L1Sqrt,
}
