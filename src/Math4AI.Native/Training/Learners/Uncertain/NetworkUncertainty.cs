namespace Math4AI.Training.Learners.Uncertain;

/// <summary>How networks tell how sure they are.</summary>
public enum NetworkUncertainty
{
    /// <summary>They do not: networks are averaged.</summary>
    None,

    /// <summary>
    /// Networks from several seeds, of which each predicts a mean and a variance (β-NLL); what they disagree on, they
    /// do not know.
    /// </summary>
    Ensemble,

    /// <summary>
    /// One network that predicts a mean and a variance, with units left out at random in predicting too.
    /// </summary>
    Dropout,

    /// <summary>
    /// One network, with the posterior of its last layer's weights by Laplace's approximation at the end of the
    /// training.
    /// </summary>
    Laplace,
}
