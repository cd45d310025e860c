namespace Math4AI.Training.Tables;

/// <summary>Where a learner's intervals of numbers and sets of classes come from.</summary>
public enum IntervalSource
{
    /// <summary>
    /// Rows that a model has not seen (conformal prediction): they hold the truth with the chance that is asked for,
    /// whatever the model. Of few rows this takes five more trainings.
    /// </summary>
    Conformal,

    /// <summary>
    /// The distribution that the model itself predicts: right as far as the model is, and wide where it knows little.
    /// </summary>
    Model,

    /// <summary>There are none, and no training is made for them.</summary>
    None,
}
