using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra;
using Math4AI.Training.Samples;
using MathNet.Numerics.Random;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>The samples of a training, read in batches.</summary>
public abstract class TrainingData
{
    /// <summary>Gets the number of samples.</summary>
    public abstract int Count { get; }

    /// <summary>
    /// Returns samples: a pair of inputs and targets, or any tensors by name; they belong to the caller's scope.
    /// </summary>
    /// <param name="rows">The samples, from 0.</param>
    public abstract Batch Take(ReadOnlySpan<long> rows);

    /// <summary>
    /// Gets whether samples are slow to read, as from a disk: then the next batch is taken on another thread while a
    /// step is under way.
    /// </summary>
    public virtual bool IsSlow => false;

    /// <summary>Gets how many samples are evaluated together.</summary>
    internal virtual int EvaluatedAtOnce => 256;

    /// <summary>
    /// Prepares a pass, for samples that vary from pass to pass. The same numbers give the same samples.
    /// </summary>
    /// <param name="epoch">The pass, from 0.</param>
    /// <param name="seed">The training's seed.</param>
    public virtual void BeginEpoch(int epoch, int seed)
    {
    }

    /// <summary>Returns samples that are rows of any number of tensors.</summary>
    /// <param name="parts">samples × … each, by different names.</param>
    /// <exception cref="ArgumentException">A name appears twice, or the numbers of rows differ.</exception>
    public static TrainingData FromTensors(params IEnumerable<(string Name, Tensor Tensor)> parts) =>
        new TensorSet(new Batch(parts));

    /// <summary>Returns samples of numbers, with numbers as targets: float32, samples × columns each.</summary>
    /// <param name="inputs">One array for each sample, of one length.</param>
    /// <param name="targets">One array for each sample, of one length.</param>
    /// <exception cref="ArgumentException">The arrays differ in length.</exception>
    public static TrainingData FromArrays(IReadOnlyList<double[]> inputs, IReadOnlyList<double[]> targets) =>
        new TensorData(TensorSet.Rows(inputs, nameof(inputs)), TensorSet.Rows(targets, nameof(targets)));

    /// <summary>
    /// Returns samples of numbers with classes as targets: float32, samples × columns, and int64, one for each sample.
    /// </summary>
    /// <param name="inputs">One array for each sample, of one length.</param>
    /// <param name="classes">The class of each sample, from 0.</param>
    /// <exception cref="ArgumentException">The arrays differ in length.</exception>
    public static TrainingData FromArrays(IReadOnlyList<double[]> inputs, IReadOnlyList<int> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return new TensorData(TensorSet.Rows(inputs, nameof(inputs)), tensor([.. classes.Select(one => (long)one)])
            .DetachFromDisposeScope());
    }

    /// <summary>
    /// Returns the rows of a table of numbers, with one column as the target: float32, rows × columns and rows × 1.
    /// </summary>
    /// <param name="table">The table, which <see cref="Table.Read"/> reads from a file of any known format.</param>
    /// <param name="target">The column that is predicted.</param>
    /// <param name="inputs">The columns that are inputs; null for all others.</param>
    /// <exception cref="ArgumentException">
    /// There is no such column, or a value is no finite number; the message says where.
    /// </exception>
    public static TrainingData FromTable(Table table, string target, IReadOnlyList<string>? inputs = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(target);
        inputs ??= [.. table.Names.Where(column => column != target)];
        return new TensorData(TensorSet.Columns(table, inputs), TensorSet.Columns(table, [target]));
    }

    /// <summary>Returns samples that come one by one, such as from a generator; all are read and kept.</summary>
    /// <param name="samples">Inputs and targets, of one shape each, without the dimension of the samples.</param>
    /// <exception cref="ArgumentException">There is none, or the shapes differ.</exception>
    public static TrainingData FromSamples(IEnumerable<(Tensor Inputs, Tensor Targets)> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        return TensorSet.Stack(
            [.. samples.Select(sample => (IReadOnlyDictionary<string, Tensor>)new Dictionary<string, Tensor>
        {
            [Batch.InputsName] = sample.Inputs,
            [Batch.TargetsName] = sample.Targets,
        })]);
    }

    /// <summary>Returns the samples of a data set of TorchSharp, read when they are wanted.</summary>
    /// <param name="dataset">Tensors by name for each sample, of one shape each.</param>
    public static TrainingData FromDataset(utils.data.Dataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return new DatasetSamples(dataset);
    }

    /// <summary>
    /// Returns the samples of batches, such as those of a DataLoader of TorchSharp; one pass over them is read and
    /// kept, and the trainer makes its own batches.
    /// </summary>
    /// <param name="batches">Tensors by name, samples × … each.</param>
    /// <exception cref="ArgumentException">There is none, or the names or shapes differ.</exception>
    public static TrainingData FromBatches(IEnumerable<IReadOnlyDictionary<string, Tensor>> batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        using DisposeScope scope = NewDisposeScope();

        // A loader frees a batch when it makes the next one.
        return TensorSet.Concatenate(
            [.. batches.Select(batch => batch.ToDictionary(part => part.Key, part => part.Value.clone()))]);
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
        if (inputs.Dimensions == 0 || targets.Dimensions == 0)
        {
            throw new ArgumentException("Inputs and targets need one row for each sample, and one of them is a single "
                + "number without a dimension.");
        }

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
    public override Batch Take(ReadOnlySpan<long> rows)
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
        bool areLines = GetType() == typeof(TensorData) && Inputs.shape is [var count, var columns] && count == Count
            && columns == width
            && Inputs.dtype == ScalarType.Float32 && Inputs.is_contiguous()
            && Inputs.device_type == TorchSharp.DeviceType.CPU
            && Inputs.numel() <= int.MaxValue / sizeof(float);
        return areLines ? (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Inputs.bytes)) : null;
    }
}

/// <summary>
/// Images that are shifted at random by up to one pixel in each direction, and perhaps mirrored, anew in every pass.
/// </summary>
internal sealed class ShiftedImages : TensorData
{
    private const double MovedShare = 2.0 / 3.0;
    private const double FlippedShare = 0.5;

    private readonly float[] pixels;
    private readonly float[] moved;
    private readonly int height;
    private readonly int width;
    private readonly float fill;
    private readonly bool isFlipped;

    /// <summary>Initializes the samples from images.</summary>
    /// <param name="pixels">images × channels × height × width.</param>
    /// <param name="shape">These four numbers.</param>
    /// <param name="targets">One class an image.</param>
    /// <param name="fill">What comes in from beyond the edge.</param>
    /// <param name="isFlipped">Whether every second image, at random, is mirrored.</param>
    public ShiftedImages(float[] pixels, long[] shape, Tensor targets, float fill, bool isFlipped = false)
        : this(pixels, [.. pixels], shape, targets) => (this.fill, this.isFlipped) = (fill, isFlipped);

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
            bool isMirrored = isFlipped && random.NextDouble() < FlippedShare;
            for (int at = image * size; at < (image + 1) * size; at += plane)
            {
                Shift(pixels.AsSpan(at, plane), moved.AsSpan(at, plane), dx, dy);
                if (isMirrored)
                {
                    Mirror(moved.AsSpan(at, plane));
                }
            }
        }
    }

    private void Mirror(Span<float> image)
    {
        for (int y = 0; y < height; y++)
        {
            image.Slice(y * width, width).Reverse();
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
