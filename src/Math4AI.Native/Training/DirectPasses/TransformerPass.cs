using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Math4AI.Runtime;
using Math4AI.Training.Networks;
using Math4AI.Training.Optimizers;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Math4AI.Training.DirectPasses;

/// <summary>
/// Forward and backward through a <see cref="CharTransformer"/> without autograd. Each thread of the team takes some of
/// the texts all the way through, without waiting for the others; their gradients are added at the end, in the order of
/// the parts. There are no more parts than texts.
/// </summary>
internal sealed unsafe class TransformerPass : IDirectPass
{
    /// <summary>Numbers that may be kept from forward to backward; beyond it, torch's attention needs less.</summary>
    private const double MaxKept = 1 << 27;

    private readonly CharTransformer module;
    private readonly FlatParameters<float> parameters;
    private readonly TransformerPart[] parts;
    private readonly PinnedFloats[] gradients;
    private readonly OutputLeaf outputs = new();
    private readonly PinnedFloats slopes = new();
    private readonly Action<int> forward;
    private readonly Action<int> backward;
    private readonly Action<int> combine;
    private readonly int[] knownFrom;
    private readonly Action<int> whenBlockIsDone;
    private Tensor? given;
    private float* values;
    private int texts;
    private int length;
    private int used;
    private bool isFirst;
    private LeftOut left;
    private bool isMoreToCome;
    private (int First, int End) combined;

    private TransformerPass(CharTransformer module, FlatParameters<float> parameters, TransformerWeights at, int parts)
    {
        (this.module, this.parameters) = (module, parameters);
        parameters.MoveOntoOneArray();
        this.parts = [.. Enumerable.Range(0, parts).Select(_ => new TransformerPart(module, at))];
        gradients = [.. Enumerable.Range(1, parts - 1).Select(_ => new PinnedFloats())];
        foreach (PinnedFloats own in gradients)
        {
            new Span<float>(own.Of(parameters.Length), parameters.Length).Clear();
        }

        (forward, backward, combine) = (ForwardPart, BackwardPart, Combine);
        knownFrom = at.KnownFrom(parameters.Segments);
        whenBlockIsDone = TellKnown;
        parameters.KeepOwnGradients();
    }

    /// <summary>A pass for a module, where it is one that this can do with such inputs, and MKL is there.</summary>
    /// <param name="module">The module.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="inputs">Some of the inputs that will come.</param>
    /// <param name="batch">How many of them will come at once.</param>
    /// <param name="parts">The number of parts that a batch is divided into, at least 1.</param>
    public static TransformerPass? For(
        nn.Module<Tensor, Tensor> module, FlatParameters<float> parameters, Tensor inputs, int batch, int parts) =>
        Compute.HasMkl && module is CharTransformer transformer && Takes(transformer, inputs)
            && Kept(transformer, batch, inputs.shape[1]) <= MaxKept
            && TransformerWeights.Of(transformer, parameters) is { } at
            ? new TransformerPass(transformer, parameters, at, Math.Min(parts, Math.Max(1, batch)))
            : null;

    /// <inheritdoc/>
    public bool IsSameInEvaluation => true;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// They are of another shape or type, or hold symbols that the model does not have.
    /// </exception>
    public Tensor Forward(Tensor inputs)
    {
        if (!Takes(module, inputs))
        {
            throw new ArgumentException(
                $"The inputs are {inputs.dtype} of the shape ({string.Join(", ", inputs.shape)}); texts × up to "
                + $"{module.Context} of int64 are needed.");
        }

        given = inputs.is_contiguous() ? inputs : inputs.contiguous();
        (texts, length) = ((int)inputs.shape[0], (int)inputs.shape[1]);
        foreach (long symbol in MemoryMarshal.Cast<byte, long>(given.bytes))
        {
            if (symbol < 0 || symbol >= module.SymbolCount)
            {
                throw new ArgumentException(
                    $"The model has the symbols 0 to {module.SymbolCount - 1}; {symbol} is not one of them.");
            }
        }

        used = Math.Min(parts.Length, texts);
        left = module.NewLeftOut();
        Tensor result = outputs.Of(texts * length, module.SymbolCount).view(texts, length, module.SymbolCount);
        Run(forward);
        given = null;
        return result;
    }

    /// <inheritdoc/>
    public void Backward(bool isFirst)
    {
        int count = texts * length * module.SymbolCount;
        outputs.TakeGradient(new Span<float>(slopes.Of(count), count));
        parameters.FindGradients();
        this.isFirst = isFirst;
        isMoreToCome = parameters.HasMoreToCome();
        Run(backward);
        if (used > 1)
        {
            CombineParts();
        }

        parameters.AddWhatAutogradLeft();
    }

    /// <summary>
    /// Adds the gradients of the parts; where other processes wait for sums, from the last block to the first, so that
    /// those begin meanwhile.
    /// </summary>
    private void CombineParts()
    {
        int end = parameters.Length;
        for (int block = knownFrom.Length - 1; block >= 0 && parameters.IsAhead; block--)
        {
            if (knownFrom[block] < parameters.Segments.Count)
            {
                combined = (parameters.Segments[knownFrom[block]].Start, end);
                Run(combine);
                TellKnown(block);
                end = combined.First;
            }
        }

        combined = (0, end);
        Run(combine);
    }

    /// <summary>Lets the sums of a block's gradients over processes begin.</summary>
    private void TellKnown(int block)
    {
        if (!isMoreToCome)
        {
            parameters.AreKnownFrom(knownFrom[block]);
        }
    }

    private static bool Takes(CharTransformer module, Tensor inputs) =>
        !module.Style.HasBias && inputs.dtype == ScalarType.Int64
        && inputs.shape is [> 0, > 0 and var length] && length <= module.Context;

    private static double Kept(CharTransformer module, double batch, double length) =>
        batch * length * (module.SymbolCount + module.Layers * (10.0 * module.Width + module.Heads * length
            + (module.Style.IsGated ? 3.0 : 2.0) * module.Style.Inner(module.Width)));

    private void Run(Action<int> work)
    {
        fixed (float* address = parameters.Values)
        {
            values = address;
            Team.Run(used, work);
        }
    }

    private void ForwardPart(int part)
    {
        (int first, int some) = Team.Part(texts, part, used);
        parts[part].Forward(
            values, MemoryMarshal.Cast<byte, long>(given!.bytes).Slice(first * length, some * length), length,
            outputs.Address + (long)first * length * module.SymbolCount, first, left);
    }

    private void BackwardPart(int part)
    {
        (int first, _) = Team.Part(texts, part, used);
        parts[part].Backward(
            values, slopes.Address + (long)first * length * module.SymbolCount,
            part == 0 ? parameters.Gradient(0) : gradients[part - 1].Address, isAdded: part == 0 && !isFirst,
            used == 1 ? whenBlockIsDone : null);
    }

    private void Combine(int part)
    {
        (int first, int some) =
            Team.Part(combined.End - combined.First, part, used, ParameterStore.Alignment);
        first += combined.First;
        var sum = new Span<float>(parameters.Gradient(0) + first, some);
        for (int other = 1; other < used; other++)
        {
            TensorPrimitives.Add(sum, new ReadOnlySpan<float>(gradients[other - 1].Address + first, some), sum);
        }
    }
}
