namespace Math4AI.Kernels.Machines;

/// <summary>
/// The dual of a support vector machine: minimise ½ Σ_st β_s β_t K_st − Σ_t q_t β_t within lower ≤ β ≤ upper and Σ β =
/// 0, where variable t belongs to sample t modulo the number of samples. Classification has one variable a sample, β =
/// y α; regression has two, α and −α*.
/// </summary>
/// <param name="Linear">q.</param>
/// <param name="Lower">The lower bounds, 0 or negative.</param>
/// <param name="Upper">The upper bounds, 0 or positive.</param>
internal sealed record DualProblem(double[] Linear, double[] Lower, double[] Upper)
{
    /// <summary>Of classification with hinge losses: q = y, 0 ≤ y β ≤ C of the class.</summary>
    public static DualProblem OfClasses(bool[] isPositive, double ofPositive, double ofNegative) => new(
        [.. isPositive.Select(positive => positive ? 1.0 : -1.0)],
        [.. isPositive.Select(positive => positive ? 0.0 : -ofNegative)],
        [.. isPositive.Select(positive => positive ? ofPositive : 0.0)]);

    /// <summary>Of regression with losses max(0, |y − f| − ε): q = y ∓ ε.</summary>
    public static DualProblem OfNumbers(double[] targets, double penalty, double width) => new(
        [.. targets.Select(y => y - width), .. targets.Select(y => y + width)],
        [.. new double[targets.Length], .. Enumerable.Repeat(-penalty, targets.Length)],
        [.. Enumerable.Repeat(penalty, targets.Length), .. new double[targets.Length]]);
}
