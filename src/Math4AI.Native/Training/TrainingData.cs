using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Math4AI.LinearAlgebra;
using MathNet.Numerics.Random;
using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>The samples of a training, read in batches.</summary>
public abstract class TrainingData
{
    /// <summary>Gets the number of samples.</summary>
    public abstract int Count { get; }

    /// <summary>Returns the inputs and targets of samples; the tensors belong to the caller's scope.</summary>
    /// <param name="rows">The samples, from 0.</param>
    public abstract (Tensor Inputs, Tensor Targets) Take(ReadOnlySpan<long> rows);

    /// <summary>
    /// Gets whether samples are slow to read, as from a disk: then the next batch is taken on another thread while a step is under way.
    /// </summary>
    public virtual bool IsSlow => false;

    /// <summary>
    /// Prepares a pass, for samples that vary from pass to pass. The same numbers give the same samples.
    /// </summary>
    /// <param name="epoch">The pass, from 0.</param>
    /// <param name="seed">The training's seed.</param>
    public virtual void BeginEpoch(int epoch, int seed)
    {
    }
}

/// <summary>Samples that are rows of two tensors.</summary>
public class TensorData : TrainingData
{
    private readonly Tensor targets;

    /// <summary>Initializes the samples from two tensors.</summary>
    /// <param name="inputs">samples × ….</param>
    /// <param name="targets">As many samples.</param>
    /// <exception cref="ArgumentException">They have another number of samples.</exception>
    public TensorData(Tensor inputs, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        if (inputs.shape[0] != targets.shape[0])
        {
            throw new ArgumentException($"There are {inputs.shape[0]} inputs and {targets.shape[0]} targets.");
        }

        (Inputs, this.targets) = (inputs, targets);
    }

    /// <inheritdoc/>
    public override int Count => (int)targets.shape[0];

    /// <summary>All inputs.</summary>
    protected Tensor Inputs { get; set; }

    /// <inheritdoc/>
    public override (Tensor Inputs, Tensor Targets) Take(ReadOnlySpan<long> rows)
    {
        using Tensor index = tensor(rows.ToArray());
        return (Inputs.index_select(0, index), targets.index_select(0, index));
    }

    /// <summary>The targets alone.</summary>
    internal Tensor TakeTargets(ReadOnlySpan<long> rows)
    {
        using Tensor index = tensor(rows.ToArray());
        return targets.index_select(0, index);
    }

    /// <summary>
    /// Where the inputs lie, one sample after the other, for who copies them himself; null where they do not.
    /// </summary>
    /// <param name="width">The numbers of a sample.</param>
    internal unsafe float* Lines(long width)
    {
        // A class of somebody else's may take samples otherwise.
        bool areLines = GetType() == typeof(TensorData) && Inputs.shape is [var count, var columns] && count == Count && columns == width
            && Inputs.dtype == ScalarType.Float32 && Inputs.is_contiguous() && Inputs.device_type == TorchSharp.DeviceType.CPU
            && Inputs.numel() <= int.MaxValue / sizeof(float);
        return areLines ? (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Inputs.bytes)) : null;
    }
}

/// <summary>Images that are shifted at random by up to one pixel in each direction, anew in every pass.</summary>
internal sealed class ShiftedImages : TensorData
{
    private const double MovedShare = 2.0 / 3.0;

    private readonly float[] pixels;
    private readonly float[] moved;
    private readonly int height;
    private readonly int width;
    private readonly float fill;

    /// <summary>Initializes the samples from images.</summary>
    /// <param name="pixels">images × channels × height × width.</param>
    /// <param name="shape">These four numbers.</param>
    /// <param name="targets">One class an image.</param>
    /// <param name="fill">What comes in from beyond the edge.</param>
    public ShiftedImages(float[] pixels, long[] shape, Tensor targets, float fill)
        : this(pixels, [.. pixels], shape, targets) => this.fill = fill;

    private ShiftedImages(float[] pixels, float[] moved, long[] shape, Tensor targets)
        : base(frombuffer(moved, ScalarType.Float32).view(shape).DetachFromDisposeScope(), targets)
    {
        (this.pixels, this.moved) = (pixels, moved);
        (height, width) = ((int)shape[2], (int)shape[3]);
    }

    /// <inheritdoc/>
    public override void BeginEpoch(int epoch, int seed)
    {
        var random = new MersenneTwister(unchecked(seed * 7919 + epoch), threadSafe: false);
        int size = pixels.Length / Count, plane = height * width;
        for (int image = 0; image < Count; image++)
        {
            bool isMoved = random.NextDouble() < MovedShare;
            (int dx, int dy) = isMoved ? (random.Next(3) - 1, random.Next(3) - 1) : (0, 0);
            for (int at = image * size; at < (image + 1) * size; at += plane)
            {
                Shift(pixels.AsSpan(at, plane), moved.AsSpan(at, plane), dx, dy);
            }
        }
    }

    private void Shift(ReadOnlySpan<float> from, Span<float> to, int dx, int dy)
    {
        to.Fill(fill);
        for (int y = Math.Max(0, -dy); y < Math.Min(height, height - dy); y++)
        {
            int count = width - Math.Abs(dx);
            from.Slice((y + dy) * width + Math.Max(0, dx), count).CopyTo(to[(y * width + Math.Max(0, -dx))..]);
        }
    }
}

/// <summary>The windows of a text: inputs are symbols, targets the symbols one place further.</summary>
internal sealed class TextWindows : TrainingData
{
    private readonly long[] symbols;
    private readonly int context;
    private readonly int stride;

    /// <summary>Initializes the samples from the symbols of a text.</summary>
    /// <param name="symbols">Numbers of symbols.</param>
    /// <param name="context">The symbols of a window.</param>
    /// <param name="stride">From one window to the next.</param>
    public TextWindows(long[] symbols, int context, int stride) => (this.symbols, this.context, this.stride) = (symbols, context, stride);

    /// <inheritdoc/>
    public override int Count => symbols.Length <= context ? 0 : (symbols.Length - 1 - context) / stride + 1;

    /// <inheritdoc/>
    public override (Tensor Inputs, Tensor Targets) Take(ReadOnlySpan<long> rows)
    {
        long[] inputs = new long[rows.Length * context], targets = new long[rows.Length * context];
        for (int row = 0; row < rows.Length; row++)
        {
            int at = (int)rows[row] * stride;
            symbols.AsSpan(at, context).CopyTo(inputs.AsSpan(row * context));
            symbols.AsSpan(at + 1, context).CopyTo(targets.AsSpan(row * context));
        }

        return (tensor(inputs, [rows.Length, context]), tensor(targets, [rows.Length, context]));
    }
}
