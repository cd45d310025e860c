using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Math4AI.Unsupervised.Codes;

/// <summary>
/// Convolutions from the pixels of an image to a code: each of 3 × 3 with a rectifier, and half the height and width;
/// then a linear layer.
/// </summary>
internal sealed class ImageEncoder : nn.Module<Tensor, Tensor>
{
    private readonly ModuleList<Conv2d> layers;
    private readonly Linear output;
    private readonly PixelGrid grid;

    public ImageEncoder(PixelGrid grid, IReadOnlyList<int> filters, int outputs)
        : base(nameof(ImageEncoder))
    {
        this.grid = grid;
        layers = nn.ModuleList(
            [.. filters.Prepend(1).Zip(filters, (before, count) =>
                nn.Conv2d(before, count, 3, stride: 2, padding: 1))]);
        PixelGrid last = filters.Aggregate(grid, (whole, _) => whole.Half);
        output = nn.Linear((long)filters[^1] * last.Pixels, outputs);
        RegisterComponents();
    }

    /// <summary>Images, samples × pixels row after row, to samples × outputs.</summary>
    public override Tensor forward(Tensor input)
    {
        Tensor x = input.reshape(-1, 1, grid.Height, grid.Width);
        foreach (Conv2d layer in layers)
        {
            x = nn.functional.relu(layer.forward(x));
        }

        return output.forward(x.flatten(1));
    }
}

/// <summary>The way back: a linear layer, and convolutions of pixels that are each repeated first.</summary>
internal sealed class ImageDecoder : nn.Module<Tensor, Tensor>
{
    private readonly ModuleList<Conv2d> layers;
    private readonly Linear input;
    private readonly PixelGrid[] grids;
    private readonly int filters;

    public ImageDecoder(int inputs, PixelGrid grid, IReadOnlyList<int> filters)
        : base(nameof(ImageDecoder))
    {
        this.filters = filters[^1];
        grids = new PixelGrid[filters.Count + 1];
        grids[^1] = grid;
        for (int i = filters.Count - 1; i >= 0; i--)
        {
            grids[i] = grids[i + 1].Half;
        }

        layers = nn.ModuleList(
            [.. filters.Reverse().Zip(filters.Reverse().Skip(1).Append(1), (before, count) =>
                nn.Conv2d(before, count, 3, padding: 1))]);
        input = nn.Linear(inputs, (long)this.filters * grids[0].Pixels);
        RegisterComponents();
    }

    /// <summary>Codes, samples × inputs, to samples × pixels.</summary>
    public override Tensor forward(Tensor codes)
    {
        Tensor x = input.forward(codes).reshape(-1, filters, grids[0].Height, grids[0].Width);
        for (int i = 0; i < layers.Count; i++)
        {
            x = nn.functional.interpolate(
                nn.functional.relu(x), size: [grids[i + 1].Height, grids[i + 1].Width],
                mode: InterpolationMode.Nearest);
            x = layers[i].forward(x);
        }

        return x.flatten(1);
    }
}

/// <summary>The pixels of an image.</summary>
/// <param name="Height">Their rows.</param>
/// <param name="Width">Their columns.</param>
public readonly record struct PixelGrid(int Height, int Width)
{
    /// <summary>Gets the number of pixels.</summary>
    public int Pixels => Height * Width;

    /// <summary>Gets the grid of half the height and width, rounded up.</summary>
    internal PixelGrid Half => new((Height + 1) / 2, (Width + 1) / 2);
}
