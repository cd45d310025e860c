using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;
using Math4AI.Training.Networks;
using Math4AI.Training.Optimizers;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Math4AI.Training.DirectPasses;

/// <summary>
/// Forward and backward through an <see cref="Mlp"/> as the products that they are, by MKL, with biases and units
/// in one pass beside them: the network is small, and autograd's own work on each operation would take as long as the
/// operations. The loss stays torch's: it is given the outputs, and its backward ends there. (The loops are optimized
/// at their first call, as are those of the optimizers.) Y = X Wᵀ + b; ∂W = Gᵀ X, ∂b = Σ G, ∂X = G W where X &gt; 0.
/// Each thread of the team has some of a layer's outputs, so that it finds their weights and gradients in its own
/// cache, as the optimizer's step does after it.
/// </summary>
internal sealed unsafe class MlpPass : IDirectPass
{
    private readonly FlatParameters<float> parameters;
    private readonly int parts;
    private readonly int[] widths;
    private readonly bool isTanh;
    private readonly PinnedFloats[] activations;
    private readonly PinnedFloats[] slopes;
    private readonly OutputLeaf outputs = new();
    private readonly Action<int> gather;
    private readonly Action<int> forward;
    private readonly Action<int> backward;
    private Tensor? given;
    private long[] places = [];
    private float* source;
    private int rows;
    private int layer;
    private bool isFirst;

    private MlpPass(Mlp module, FlatParameters<float> parameters, int parts)
    {
        (this.parameters, this.parts, isTanh) = (parameters, parts, module.Unit == HiddenUnit.Tanh);
        widths = [(int)module.Layers[0].weight.shape[1], .. module.Layers.Select(layer => (int)layer.weight.shape[0])];
        activations = [.. widths.Select(_ => new PinnedFloats())];
        slopes = [.. widths.Select(_ => new PinnedFloats())];
        (gather, forward, backward) = (GatherPart, ForwardPart, BackwardPart);
        parameters.MoveOntoOneArray();
        parameters.KeepOwnGradients();
    }

    /// <summary>The numbers of a sample.</summary>
    public long Inputs => widths[0];

    /// <summary>A pass for a module, where it is one that this can do with such inputs, and MKL is there.</summary>
    /// <param name="module">The module.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="inputs">Some of the inputs that will come.</param>
    /// <param name="parts">The number of parts that each layer's work is divided into, at least 1.</param>
    public static MlpPass? For(
        nn.Module<Tensor, Tensor> module, FlatParameters<float> parameters, Tensor inputs, int parts) =>
        Compute.HasMkl && module is Mlp { Dropout: 0.0 } mlp && parameters.Segments.Count == 2 * mlp.Layers.Count
            && Takes(inputs, mlp.Layers[0].weight.shape[1])
            ? new MlpPass(mlp, parameters, parts)
            : null;

    /// <inheritdoc/>
    public bool IsSameInEvaluation => false;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// They are of another shape or type than those that the training began with.
    /// </exception>
    public Tensor Forward(Tensor inputs)
    {
        if (!Takes(inputs, widths[0]))
        {
            throw new ArgumentException(
                $"The inputs are {inputs.dtype} of the shape ({string.Join(", ", inputs.shape)}); the training began "
                + $"with rows × {widths[0]} of float32.");
        }

        (given, rows) = (inputs.is_contiguous() ? inputs : inputs.contiguous(), (int)inputs.shape[0]);
        return AllLayers();
    }

    /// <summary>The same for samples that lie one after the other, in the width that the training began with.</summary>
    /// <param name="lines">All of them.</param>
    /// <param name="wanted">Those that are wanted.</param>
    public Tensor Forward(float* lines, ReadOnlySpan<long> wanted)
    {
        (given, rows) = (null, wanted.Length);
        source = lines;
        if (places.Length < rows)
        {
            places = new long[rows];
        }

        _ = activations[0].Of(checked(rows * widths[0]));
        wanted.CopyTo(places);
        Team.Run(parts, gather);
        return AllLayers();
    }

    private Tensor AllLayers()
    {
        Tensor result = outputs.Of(rows, widths[^1]);
        for (int i = 1; i < widths.Length; i++)
        {
            int count = checked(rows * widths[i]);
            _ = slopes[i].Of(count);
            if (i + 1 < widths.Length)
            {
                _ = activations[i].Of(count);
            }
        }

        for (layer = 0; layer < widths.Length - 1; layer++)
        {
            Team.Run(parts, forward);
        }

        return result;
    }

    /// <inheritdoc/>
    public void Backward(bool isFirst)
    {
        outputs.TakeGradient(new Span<float>(slopes[^1].Address, rows * widths[^1]));
        parameters.FindGradients();
        this.isFirst = isFirst;
        bool isMoreToCome = parameters.HasMoreToCome();
        for (layer = widths.Length - 2; layer >= 0; layer--)
        {
            Team.Run(parts, backward);
            if (!isMoreToCome)
            {
                parameters.AreKnownFrom(2 * layer);
            }
        }

        parameters.AddWhatAutogradLeft();
        given = null;
    }

    /// <summary>Copies the inputs of some of the rows.</summary>
    private void GatherPart(int part)
    {
        long size = (long)widths[0] * sizeof(float);
        (int first, int some) = Team.Part(rows, part, parts);
        float* target = activations[0].Address;
        for (int row = first; row < first + some; row++)
        {
            Buffer.MemoryCopy(source + places[row] * widths[0], target + (long)row * widths[0], size, size);
        }
    }

    /// <summary>Some of a layer's outputs, for all rows.</summary>
    private void ForwardPart(int part)
    {
        int count = widths[layer], width = widths[layer + 1];
        (int first, int some) = Team.Part(width, part, parts, ParameterStore.Alignment);
        if (some == 0)
        {
            return;
        }

        fixed (float* values = parameters.Values)
        {
            float* x = InputsOf(layer), y =
                (layer + 2 < widths.Length ? activations[layer + 1].Address : outputs.Address) + first;
            float* w = values + parameters.Segments[2 * layer].Start + (long)first * count;
            float* b = values + parameters.Segments[2 * layer + 1].Start + first;

            // Rows of ours are columns of MKL's: Yᵀ = W Xᵀ.
            Products.Gemm((byte)'T', (byte)'N', some, rows, count, 1.0f, w, count, x, count, 0.0f, y, width);
            bool isLast = layer + 2 == widths.Length;
            float least = isLast || isTanh ? float.NegativeInfinity : 0.0f;
            for (int row = 0; row < rows; row++)
            {
                AddBias(y + (long)row * width, b, some, least);
                if (isTanh && !isLast)
                {
                    var sums = new Span<float>(y + (long)row * width, some);
                    TensorPrimitives.Tanh<float>(sums, sums);
                }
            }
        }
    }

    /// <summary>
    /// The gradients of the weights of some of a layer's outputs, and of the layer's inputs for some of the rows.
    /// </summary>
    private void BackwardPart(int part)
    {
        AddToGradients(part);
        (int first, int some) = Team.Part(rows, part, parts);
        if (layer > 0 && some > 0)
        {
            SlopesBefore(first, some);
        }
    }

    /// <summary>The gradients of some of a layer's outputs: dW = gᵀ x, db = Σ g.</summary>
    private void AddToGradients(int part)
    {
        int count = widths[layer], width = widths[layer + 1];
        float* x = InputsOf(layer), g = slopes[layer + 1].Address;
        (int first, int some) = Team.Part(width, part, parts, ParameterStore.Alignment);
        if (some == 0)
        {
            return;
        }

        float* weights = parameters.Gradient(2 * layer) + (long)first * count,
            bias = parameters.Gradient(2 * layer + 1) + first;
        Products.Gemm(
            (byte)'N', (byte)'T', count, some, rows, 1.0f, x, count, g + first, width, isFirst ? 0.0f : 1.0f,
            weights, count);
        if (isFirst)
        {
            new Span<float>(bias, some).Clear();
        }

        for (int row = 0; row < rows; row++)
        {
            AddBias(bias, g + first + (long)row * width, some, float.NegativeInfinity);
        }
    }

    /// <summary>What some samples hand to the layer before: g W, times the slope of the activation.</summary>
    private void SlopesBefore(int first, int some)
    {
        int count = widths[layer], width = widths[layer + 1];
        float* x = InputsOf(layer), g = slopes[layer + 1].Address;
        fixed (float* values = parameters.Values)
        {
            float* w = values + parameters.Segments[2 * layer].Start,
                before = slopes[layer].Address + (long)first * count;
            Products.Gemm(
                (byte)'N', (byte)'N', count, some, width, 1.0f, w, count, g + (long)first * width, width, 0.0f,
                before, count);
            if (isTanh)
            {
                TimesTanhSlope(x + (long)first * count, before, some * count);
            }
            else
            {
                ClearWhereOff(x + (long)first * count, before, some * count);
            }
        }
    }

    private static bool Takes(Tensor inputs, long width) =>
        inputs.dtype == ScalarType.Float32 && inputs.shape is [_, var columns] && columns == width;

    /// <summary>value = max(value + bias, least).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddBias(float* value, float* bias, int count, float least)
    {
        var leasts = Vector512.Create(least);
        int i = 0;
        for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            Vector512.Max(Vector512.Load(value + i) + Vector512.Load(bias + i), leasts).Store(value + i);
        }

        for (; i < count; i++)
        {
            value[i] = Math.Max(value[i] + bias[i], least);
        }
    }

    /// <summary>slope = 0 where the rectifier gave 0. Without a branch: nobody could foretell it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ClearWhereOff(float* value, float* slope, int count)
    {
        int i = 0;
        for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            Vector512<float> isOn = Vector512.GreaterThan(Vector512.Load(value + i), Vector512<float>.Zero);
            (Vector512.Load(slope + i) & isOn).Store(slope + i);
        }

        for (; i < count; i++)
        {
            slope[i] = value[i] > 0.0f ? slope[i] : 0.0f;
        }
    }

    /// <summary>slope = slope (1 − tanh²).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TimesTanhSlope(float* value, float* slope, int count)
    {
        int i = 0;
        for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            Vector512<float> y = Vector512.Load(value + i);
            (Vector512.Load(slope + i) * (Vector512<float>.One - y * y)).Store(slope + i);
        }

        for (; i < count; i++)
        {
            slope[i] *= 1.0f - value[i] * value[i];
        }
    }

    private float* InputsOf(int layer) => layer > 0 || given is null
        ? activations[layer].Address
        : (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(given.bytes));
}
