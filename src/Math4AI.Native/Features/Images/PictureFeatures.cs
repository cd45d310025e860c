using Math4AI.Data.Images;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features.Images;

/// <summary>
/// What maps of images have in common: they learn the size of the training's, and work image by image on all threads.
/// </summary>
internal abstract class PictureFeatures : FeatureMap<ImageSet>
{
    private const string Shape = "shape";
    private const int MaxSide = 4096;
    private const int MaxFeatures = 1 << 24;

    public override FittedFeatures<ImageSet> Fit(ImageSet training)
    {
        ArgumentNullException.ThrowIfNull(training);
        return new Fitted(this, training.Channels, training.Height, training.Width);
    }

    public override FittedFeatures<ImageSet> Restore(FeatureState state)
    {
        double[] shape = state.NumbersOf(Shape, 3);
        bool isSound = shape[0] is 1.0 or 3.0
            && shape.Skip(1).All(side => side is >= 1.0 and <= MaxSide && side == Math.Floor(side));
        return isSound
            ? new Fitted(this, (int)shape[0], (int)shape[1], (int)shape[2])
            : throw new InvalidDataException("The saved features are damaged: they have no size of images.");
    }

    /// <summary>The names of the features of images of a size.</summary>
    /// <exception cref="ArgumentException">Images of that size have no such features.</exception>
    protected abstract string[] NamesOf(int channels, int height, int width);

    /// <summary>Fills the features of one image.</summary>
    protected abstract void Fill(Picture picture, Span<double> features);

    private sealed class Fitted : FittedFeatures<ImageSet>
    {
        private readonly PictureFeatures map;
        private readonly int channels;
        private readonly int height;
        private readonly int width;
        private readonly string[] names;

        public Fitted(PictureFeatures map, int channels, int height, int width)
        {
            (this.map, this.channels, this.height, this.width) = (map, channels, height, width);
            names = map.NamesOf(channels, height, width);
            if (names.Length is 0 or > MaxFeatures)
            {
                throw new ArgumentException(
                    $"The features '{map}' of images of {height} × {width} pixels would be {names.Length}.");
            }
        }

        public override FeatureState State => FeatureState.Of((Shape, [channels, height, width]));

        public override Matrix<double> Apply(ImageSet samples)
        {
            ArgumentNullException.ThrowIfNull(samples);
            if (samples.Channels != channels || samples.Height != height || samples.Width != width)
            {
                throw new ArgumentException(
                    $"The images have {samples.Channels} channels of {samples.Height} × {samples.Width} pixels, and "
                    + $"the features are of {channels} "
                    + $"channels of {height} × {width}.",
                    nameof(samples));
            }

            double[][] rows = new double[samples.Count][];
            Parallel.For(0, samples.Count, new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads }, i =>
            {
                rows[i] = new double[names.Length];
                map.Fill(new Picture(samples, i), rows[i]);
            });
            return Matrix<double>.Build.DenseOfRowArrays(rows);
        }

        public override IReadOnlyList<string> Names(IReadOnlyList<string> inputs) => names;
    }
}
