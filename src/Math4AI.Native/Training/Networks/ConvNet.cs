using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Math4AI.Training.Networks;

/// <summary>
/// A small convolutional network for images: two stages, each a 3 × 3 convolution, norm of batches, rectifier, a
/// residual block and a maximum over 2 × 2 pixels, and a linear layer. Source of the blocks: K. He, X. Zhang, S. Ren,
/// J. Sun, CVPR (2016).
/// </summary>
public sealed class ConvNet : nn.Module<Tensor, Tensor>
{
    /// <summary>The least height and width of its images: pooling halves them twice.</summary>
    internal const int LeastSide = 4;

    private readonly Conv2d first;
    private readonly Conv2d second;
    private readonly BatchNorm2d firstNorm;
    private readonly BatchNorm2d secondNorm;
    private readonly Residual firstBlock;
    private readonly Residual secondBlock;
    private readonly Linear output;
    private readonly long[] image;

    /// <summary>Makes the layers.</summary>
    /// <param name="channels">Of the images: 1 for grey, 3 for colours.</param>
    /// <param name="height">Their height, 4 pixels or more.</param>
    /// <param name="width">Their width, 4 pixels or more.</param>
    /// <param name="classes">The number of outputs.</param>
    /// <param name="filters">The filters of the first stage; the second has twice as many.</param>
    public ConvNet(int channels, int height, int width, int classes, int filters = 16)
        : base(nameof(ConvNet))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, LeastSide);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, LeastSide);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(filters, 1);
        image = [channels, height, width];
        first = nn.Conv2d(channels, filters, 3, padding: 1, bias: false);
        firstNorm = nn.BatchNorm2d(filters);
        firstBlock = new Residual(filters);
        second = nn.Conv2d(filters, 2 * filters, 3, padding: 1, bias: false);
        secondNorm = nn.BatchNorm2d(2 * filters);
        secondBlock = new Residual(2 * filters);
        output = nn.Linear(2L * filters * (height / 4) * (width / 4), classes);
        RegisterComponents();
    }

    /// <summary>Images, samples × channels × height × width, to outputs, samples × classes.</summary>
    /// <param name="input">float32.</param>
    /// <exception cref="ArgumentException">The images have another shape.</exception>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        bool isRight = input.dim() == 4 && input.shape.AsSpan(1).SequenceEqual(image);
        InputShape.Require(input, isRight, $"samples, {string.Join(", ", image)}");
        Tensor x = firstBlock.forward(nn.functional.relu(firstNorm.forward(first.forward(input))));
        x = nn.functional.max_pool2d(x, 2);
        x = secondBlock.forward(nn.functional.relu(secondNorm.forward(second.forward(x))));
        x = nn.functional.max_pool2d(x, 2);
        return output.forward(x.flatten(1));
    }

    /// <summary>x + F(x), of two convolutions with norms.</summary>
    private sealed class Residual : nn.Module<Tensor, Tensor>
    {
        private readonly Conv2d first;
        private readonly Conv2d second;
        private readonly BatchNorm2d firstNorm;
        private readonly BatchNorm2d secondNorm;

        public Residual(int filters)
            : base(nameof(Residual))
        {
            first = nn.Conv2d(filters, filters, 3, padding: 1, bias: false);
            firstNorm = nn.BatchNorm2d(filters);
            second = nn.Conv2d(filters, filters, 3, padding: 1, bias: false);
            secondNorm = nn.BatchNorm2d(filters);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            Tensor x = nn.functional.relu(firstNorm.forward(first.forward(input)));
            return nn.functional.relu(input + secondNorm.forward(second.forward(x)));
        }
    }
}
