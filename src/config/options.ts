// placeholder: replaced by the option table
export type OptionName = string;
export type BooleanOptionName = string;
export type ListOptionName = string;
export type PathOptionName = string;
