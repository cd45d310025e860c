using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>
/// The samples of a step: one or more tensors by name, each with one row for each sample. A pair of inputs and targets
/// converts to one.
/// </summary>
public sealed class Batch
{
    /// <summary>The name of the first tensor of a pair.</summary>
    public const string InputsName = "inputs";

    /// <summary>The name of the second tensor of a pair.</summary>
    public const string TargetsName = "targets";

    /// <summary>The name of the mask of padded sequences.</summary>
    public const string MaskName = "mask";

    /// <summary>The name of the lengths of padded sequences.</summary>
    public const string LengthsName = "lengths";

    private readonly (string Name, Tensor Tensor)[] parts;
    private Dictionary<string, double>? logged;

    /// <summary>Initializes a batch.</summary>
    /// <param name="parts">The tensors, samples × … each, by different names.</param>
    /// <exception cref="ArgumentException">
    /// There is none, a name appears twice, or they have different numbers of rows.
    /// </exception>
    public Batch(params IEnumerable<(string Name, Tensor Tensor)> parts)
    {
        this.parts = [.. parts];
        if (this.parts.Length == 0 || this.parts.DistinctBy(part => part.Name).Count() < this.parts.Length)
        {
            throw new ArgumentException("A batch needs one tensor or more, of different names.", nameof(parts));
        }

        foreach ((string name, Tensor tensor) in this.parts)
        {
            if (tensor.Dimensions == 0 || tensor.shape[0] != this.parts[0].Tensor.shape[0])
            {
                throw new ArgumentException(
                    $"'{name}' has the shape ({string.Join(", ", tensor.shape)}): the tensors of a batch have one row "
                    + $"for each sample, as '{this.parts[0].Name}' has {this.parts[0].Tensor.shape.FirstOrDefault()}.",
                    nameof(parts));
            }
        }
    }

    /// <summary>Gets the names, in order.</summary>
    public IReadOnlyList<string> Names => [.. parts.Select(part => part.Name)];

    /// <summary>Gets the number of samples.</summary>
    public int Count => (int)parts[0].Tensor.shape[0];

    /// <summary>Gets the first tensor.</summary>
    public Tensor Inputs => parts[0].Tensor;

    /// <summary>Gets the tensor named "targets", or else the last one.</summary>
    public Tensor Targets => Find(TargetsName) ?? parts[^1].Tensor;

    /// <summary>Gets a tensor by its name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    public Tensor this[string name] =>
        Find(name) ?? throw new KeyNotFoundException(
            $"The batch has no tensor '{name}'; it has: {string.Join(", ", Names)}.");

    /// <summary>Gets the numbers that were logged, by name.</summary>
    internal IReadOnlyDictionary<string, double> Logged =>
        logged ?? (IReadOnlyDictionary<string, double>)TrainingEpoch.NoMetrics;

    /// <summary>Converts a pair to a batch of "inputs" and "targets".</summary>
    /// <param name="pair">The pair.</param>
    public static implicit operator Batch((Tensor Inputs, Tensor Targets) pair) => FromPair(pair.Inputs, pair.Targets);

    /// <summary>Returns a batch of "inputs" and "targets".</summary>
    /// <param name="inputs">samples × ….</param>
    /// <param name="targets">samples × ….</param>
    public static Batch FromPair(Tensor inputs, Tensor targets) => new((InputsName, inputs), (TargetsName, targets));

    /// <summary>Returns inputs and targets.</summary>
    /// <param name="inputs">The first tensor.</param>
    /// <param name="targets">The tensor named "targets", or else the last one.</param>
    public void Deconstruct(out Tensor inputs, out Tensor targets) => (inputs, targets) = (Inputs, Targets);

    /// <summary>
    /// Logs a mean over the samples of this batch, from within a loss. The mean over the validation part is in
    /// <see cref="TrainingEpoch.Metrics"/> of each evaluation, and can be what <see cref="TrainerOptions.Monitor"/>
    /// looks at.
    /// </summary>
    /// <param name="name">A name.</param>
    /// <param name="value">One number.</param>
    public void Log(string name, double value) => (logged ??= [])[name] = value;

    /// <summary>Logs a mean over the samples of this batch, from within a loss.</summary>
    /// <param name="name">A name.</param>
    /// <param name="value">A tensor of one number, of any type.</param>
    public void Log(string name, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        using Tensor wide = value.detach().to_type(ScalarType.Float64);
        Log(name, wide.item<double>());
    }

    /// <summary>Returns the tensors and their names.</summary>
    internal IEnumerable<(string Name, Tensor Tensor)> Parts() => parts;

    private Tensor? Find(string name)
    {
        foreach ((string own, Tensor tensor) in parts)
        {
            if (own == name)
            {
                return tensor;
            }
        }

        return null;
    }
}
