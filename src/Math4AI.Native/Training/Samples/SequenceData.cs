using Math4AI.Runtime;
using static TorchSharp.torch;

namespace Math4AI.Training.Samples;

/// <summary>
/// Sequences of different lengths. A batch has "inputs", samples × longest length × …, padded at the end; "mask",
/// boolean, samples × longest length, true where the sequence has an element; "lengths", int64, one for each sample;
/// and "targets", padded in the same way where they are sequences too. <see cref="Buckets"/> makes batches of similar
/// lengths.
/// </summary>
public sealed class SequenceData : TrainingData
{
    private readonly Tensor[] inputs;
    private readonly Tensor? targets;
    private readonly Tensor[] targetSequences;
    private readonly double padding;
    private readonly double targetPadding;

    /// <summary>Initializes sequences with one target each.</summary>
    /// <param name="inputs">length × … each, of one type and one shape but for the length, which is 1 or more.</param>
    /// <param name="targets">One row for each sequence.</param>
    /// <param name="padding">What the inputs are padded with.</param>
    /// <exception cref="ArgumentException">
    /// A sequence is empty or has another shape or type, or the numbers differ.
    /// </exception>
    public SequenceData(IReadOnlyList<Tensor> inputs, Tensor targets, double padding = 0.0)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        (this.inputs, this.targets, this.padding, targetSequences) = ([.. inputs], targets, padding, []);
        RequireAlike(this.inputs, nameof(inputs));
        RequireCount(targets.shape.FirstOrDefault());
    }

    /// <summary>Initializes sequences whose targets are sequences.</summary>
    /// <param name="inputs">length × … each, of one type and one shape but for the length, which is 1 or more.</param>
    /// <param name="targets">length × … each; the lengths may differ from those of the inputs.</param>
    /// <param name="padding">What the inputs are padded with.</param>
    /// <param name="targetPadding">What the targets are padded with; −100 is what <c>cross_entropy</c> ignores.</param>
    /// <exception cref="ArgumentException">
    /// A sequence is empty or has another shape or type, or the numbers differ.
    /// </exception>
    public SequenceData(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> targets, double padding = 0.0,
        double targetPadding = -100.0)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        (this.inputs, targetSequences) = ([.. inputs], [.. targets]);
        (this.padding, this.targetPadding) = (padding, targetPadding);
        RequireAlike(this.inputs, nameof(inputs));
        RequireAlike(targetSequences, nameof(targets));
        RequireCount(targetSequences.Length);
    }

    /// <inheritdoc/>
    public override int Count => inputs.Length;

    /// <summary>Gets the lengths of the inputs.</summary>
    public IReadOnlyList<int> Lengths => [.. inputs.Select(one => (int)one.shape[0])];

    /// <summary>
    /// Gets the sampler that makes batches of similar lengths, for <see cref="TrainerOptions.Sampler"/>.
    /// </summary>
    public Sampler Buckets => Sampler.ByLength(Lengths);

    /// <inheritdoc/>
    public override Batch Take(ReadOnlySpan<long> rows)
    {
        long[] wanted = rows.ToArray();
        Tensor lengths = tensor([.. wanted.Select(row => inputs[row].shape[0])]);
        Tensor padded = Pad([.. wanted.Select(row => inputs[row])], padding);
        using Tensor places = HeldScalar.With(padded.shape[1], held => arange(held));
        using Tensor each = lengths.unsqueeze(1);
        return new Batch(
            (Batch.InputsName, padded), (Batch.MaskName, places.lt(each)), (Batch.LengthsName, lengths),
            (Batch.TargetsName, TargetsOf(wanted)));
    }

    private static Tensor Pad(IReadOnlyList<Tensor> sequences, double with)
    {
        long[] shape = [sequences.Count, sequences.Max(one => one.shape[0]), .. sequences[0].shape.AsSpan(1)];
        Tensor padded = HeldScalar.With(with, held => full(shape, held, dtype: sequences[0].dtype));
        for (int i = 0; i < sequences.Count; i++)
        {
            using Tensor row = padded.select(0, i);
            using Tensor place = row.narrow(0, 0, sequences[i].shape[0]);
            place.copy_(sequences[i]);
        }

        return padded;
    }

    private static void RequireAlike(Tensor[] sequences, string argument)
    {
        for (int i = 0; i < sequences.Length; i++)
        {
            if (sequences[i].Dimensions == 0 || sequences[i].shape[0] == 0)
            {
                throw new ArgumentException($"Sequence {i} is empty.", argument);
            }

            if (sequences[i].dtype != sequences[0].dtype
                || !sequences[i].shape.AsSpan(1).SequenceEqual(sequences[0].shape.AsSpan(1)))
            {
                throw new ArgumentException(
                    $"Sequence {i} has {sequences[i].dtype} elements of the shape "
                    + $"({string.Join(", ", sequences[i].shape.Skip(1))}), and sequence 0 {sequences[0].dtype} of "
                    + $"({string.Join(", ", sequences[0].shape.Skip(1))}).",
                    argument);
            }
        }
    }

    private void RequireCount(long given)
    {
        if (given != inputs.Length)
        {
            throw new ArgumentException($"There are {inputs.Length} sequences and {given} targets.");
        }
    }

    private Tensor TargetsOf(long[] rows)
    {
        if (targets is null)
        {
            return Pad([.. rows.Select(row => targetSequences[row])], targetPadding);
        }

        using Tensor index = tensor(rows);
        return targets.index_select(0, index);
    }
}
