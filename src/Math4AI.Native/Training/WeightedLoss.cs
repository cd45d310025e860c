using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>The cross-entropy of classes that weigh differently.</summary>
internal static class WeightedLoss
{
    /// <summary>
    /// The mean of −w ln p(class) over the samples of a batch, so that means of parts of it add up to its own; without
    /// weights the plain mean. The tensor of the weights belongs to the caller's scope.
    /// </summary>
    public static Func<Tensor, Tensor, Tensor> Of(IReadOnlyList<double>? weights)
    {
        if (weights is null)
        {
            return (outputs, classes) => nn.functional.cross_entropy(outputs, classes);
        }

        Tensor of = tensor(weights.Select(weight => (float)weight).ToArray());
        return (outputs, classes) => nn.functional.cross_entropy(
            outputs, classes, weight: of, reduction: nn.Reduction.Sum) / classes.shape[0];
    }
}
