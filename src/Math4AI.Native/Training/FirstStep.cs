using System.Runtime.InteropServices;
using Math4AI.Training.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>
/// What is looked at in the first step of a training, when nothing is lost yet: finite inputs and parameters, outputs
/// that fit the targets, and a gradient that reaches the parameters.
/// </summary>
internal sealed class FirstStep
{
    private readonly ParameterStore parameters;

    public FirstStep(ParameterStore parameters)
    {
        this.parameters = parameters;
        for (int i = 0; i < parameters.Parameters.Count; i++)
        {
            if (!IsFinite(parameters.Parameters[i]))
            {
                throw new ArgumentException(
                    $"The parameter '{parameters.Segments[i].Settings.Name}' is not finite before the first step: "
                    + "initialize it, or load sound weights.");
            }
        }
    }

    /// <summary>Checks the tensors of a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="rows">Its samples.</param>
    /// <exception cref="ArgumentException">A number is not finite.</exception>
    public static void CheckBatch(Batch batch, ReadOnlySpan<long> rows)
    {
        foreach ((string name, Tensor tensor) in batch.Parts())
        {
            if (NotFiniteRow(tensor) is { } row)
            {
                throw new ArgumentException(
                    $"Sample {rows[row]} has a number that is not finite in "
                    + $"'{name}': fill it in, or leave the sample out.");
            }
        }
    }

    /// <summary>
    /// Checks that a loss of outputs and targets does not spread one over the other: (8, 1) against (8) would be
    /// compared as (8, 8). The loss may reshape them itself; then it is the same for outputs of the shape of the
    /// targets.
    /// </summary>
    /// <exception cref="ArgumentException">It does.</exception>
    public static void CheckOutputs(Tensor outputs, Tensor targets, Func<Tensor, Tensor, Tensor> loss)
    {
        bool isSuspect = outputs.is_floating_point() && targets.is_floating_point()
            && outputs.numel() == targets.numel()
            && outputs.numel() > 1 && !outputs.shape.SequenceEqual(targets.shape);
        if (!isSuspect)
        {
            return;
        }

        double asGiven, reshaped;
        using (no_grad())
        using (NewDisposeScope())
        {
            try
            {
                (asGiven, reshaped) =
                    (Number(loss(outputs, targets)), Number(loss(outputs.reshape(targets.shape), targets)));
            }
            catch (ExternalException)
            {
                // A loss that wants just these shapes knows what it does.
                return;
            }
        }

        if (asGiven != reshaped)
        {
            throw new ArgumentException(
                $"The outputs have the shape {Shape(outputs)} and the targets {Shape(targets)}: the loss compares each "
                + "with every other. Make them alike, by squeeze(1) or unsqueeze(1).");
        }
    }

    /// <summary>Checks that a loss can be walked back.</summary>
    /// <exception cref="InvalidOperationException">It is no number, or has no gradient.</exception>
    public static void CheckLoss(Tensor loss)
    {
        if (loss.numel() != 1)
        {
            throw new InvalidOperationException(
                $"The loss has the shape {Shape(loss)}: return one number, the mean over the samples of the batch.");
        }

        if (!loss.requires_grad)
        {
            throw new InvalidOperationException(
                "The loss has no gradient: it does not depend on a trainable parameter, or was computed within "
                + "no_grad() or after detach().");
        }
    }

    /// <summary>Returns what to say of parameters that the gradient does not reach.</summary>
    public IEnumerable<string> Unreached()
    {
        string[] names =
            [.. parameters.Segments.Where(
                (segment, i) => segment.Count > 0 && IsWithoutGradient(parameters.Parameters[i]))
            .Select(segment => segment.Settings.Name)];
        if (names.Length > 0)
        {
            string more = names.Length > 20 ? $" and {names.Length - 20} more" : string.Empty;
            yield return $"The gradient does not reach {string.Join(", ", names.Take(20))}{more}: these parameters "
                + "are not trained.";
        }
    }

    /// <summary>Returns why a loss is not finite, and what to do.</summary>
    /// <param name="train">The training part.</param>
    /// <param name="validation">The validation part.</param>
    public static string WhyNotFinite(TrainingData train, TrainingData validation)
    {
        foreach ((TrainingData part, string name) in new[] { (train, "training"), (validation, "validation") })
        {
            const int AtOnce = 256;
            for (int first = 0; first < part.Count; first += AtOnce)
            {
                using DisposeScope scope = NewDisposeScope();
                Batch batch =
                    part.Take([.. Enumerable.Range(first, Math.Min(AtOnce, part.Count - first)).Select(i => (long)i)]);
                foreach ((string of, Tensor tensor) in batch.Parts())
                {
                    if (NotFiniteRow(tensor) is { } row)
                    {
                        return $"sample {first + row} of the {name} part has a number that is not finite in '{of}'; "
                            + "fill it in, or leave the sample out";
                    }
                }
            }
        }

        return "use a smaller rate, or a smaller MaxGradientNorm";
    }

    /// <summary>Returns a step's failure in torch as one sentence with what to do.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="failure">Torch's exception.</param>
    /// <param name="batch">What the step was given.</param>
    /// <param name="parameters">What is trained.</param>
    /// <returns>An <see cref="ArgumentException"/> where the widths of data and module differ.</returns>
    public static Exception Explain(
        int step, ExternalException failure, Batch batch, ParameterStore parameters)
    {
        string message = failure.Message.Split('\n')[0].Trim().TrimEnd('.');
        ScalarType[] types = [.. parameters.Parameters.Select(parameter => parameter.dtype).Distinct()];
        (string Name, Tensor Tensor)[] other =
            [.. batch.Parts().Where(part => part.Tensor.is_floating_point() && !types.Contains(part.Tensor.dtype))];
        IEnumerable<string> given =
            batch.Parts().Select(part => $"'{part.Name}' {part.Tensor.dtype} {Shape(part.Tensor)}");
        string hint = other.Length > 0
            ? $" '{other[0].Name}' is {other[0].Tensor.dtype} and the parameters are {string.Join(" and ", types)}: "
                + "convert one of them by to(…)."
            : $" The step was given {string.Join(", ", given)}.{Remedy(message)}";
        string sentence = $"Step {step} failed in torch: {message}.{hint}";
        return message.Contains("shapes cannot be multiplied", StringComparison.Ordinal)
            ? new ArgumentException(sentence, failure)
            : new InvalidOperationException(sentence, failure);
    }

    /// <summary>Returns what to do about a message of torch that does not say it; empty for any other.</summary>
    private static string Remedy(string message) =>
        message.StartsWith("Target ", StringComparison.Ordinal)
            && message.EndsWith("out of bounds", StringComparison.Ordinal)
            ? " Classes are numbered from 0, and the module needs as many outputs as there are classes."
            : message.StartsWith("expected scalar type Long", StringComparison.Ordinal)
                ? " Targets that are classes, and ids of an embedding, are whole numbers: convert them by to(int64)."
                : message.StartsWith("Unknown scalar type", StringComparison.Ordinal)
                    ? " A number was freed while torch read it: hold it by 'using Scalar held = x.ToScalar();', or use "
                        + "an operator, such as 2.0 * x."
                    : string.Empty;

    /// <summary>Returns whether all buffers of a module are finite.</summary>
    public static bool AreBuffersFinite(nn.Module module) =>
        module.named_buffers().All(
            one => (!one.buffer.is_floating_point() && !one.buffer.is_complex()) || IsFinite(one.buffer));

    /// <summary>Returns the number that a tensor holds, of whatever type.</summary>
    public static double Number(Tensor value)
    {
        using Tensor wide = value.detach().to_type(ScalarType.Float64);
        return wide.numel() == 1
            ? wide.item<double>()
            : throw new InvalidOperationException(
                $"The loss has the shape {Shape(value)}: return one number, the mean over the samples of the batch.");
    }

    private static string Shape(Tensor tensor) => $"({string.Join(", ", tensor.shape)})";

    private static bool IsWithoutGradient(Parameter parameter)
    {
        using Tensor? gradient = parameter.requires_grad ? parameter.grad : null;
        return parameter.requires_grad && gradient is null;
    }

    private static bool IsFinite(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        return tensor.numel() == 0 || tensor.detach().isfinite().all().item<bool>();
    }

    /// <summary>The first row with a number that is not finite; null where there is none.</summary>
    private static int? NotFiniteRow(Tensor tensor)
    {
        if ((!tensor.is_floating_point() && !tensor.is_complex()) || IsFinite(tensor))
        {
            return null;
        }

        using DisposeScope scope = NewDisposeScope();
        return (int)tensor.detach().isfinite().reshape(tensor.shape[0], -1).all(1).to_type(ScalarType.Int64).argmin()
            .item<long>();
    }
}
